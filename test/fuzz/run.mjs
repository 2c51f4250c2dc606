// Fuzzes what reads words, numbers and files that come from elsewhere (test/fuzz/targets.ts). An input
// that shows an error goes to test/fuzz/corpus/, which the suite replays from then on.
//
//   node test/fuzz/run.mjs [--seconds N] [--seed N] [--target NAME] [--sanitize]
//
// --sanitize makes the native calls in a build with AddressSanitizer.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildAddon, root, run } from '../build-addon.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    target: { type: 'string' },
    sanitize: { type: 'boolean', default: false },
  },
})

function search(variables) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const command = [vitest, 'run', '--config', 'test/fuzz/vitest.config.ts', '--reporter=verbose']
  const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env
  const env = { ...inherited, ...variables, SEXTON_FUZZ_SECONDS: values.seconds }
  Object.assign(env, { SEXTON_FUZZ_SEED: values.seed })
  if (values.target !== undefined) env.SEXTON_FUZZ_TARGET = values.target
  console.log(`seed ${values.seed}, ${values.seconds} s in all`)
  return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit', env }).status
}

async function sanitized() {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-fuzz-'))
  try {
    await buildAddon(folder, ['-Dsexton_asan=1'])
    const library = (await run(['gcc', '-print-file-name=libasan.so'], root)).trim()
    return search({ SEXTON_FUZZ_BUILD: folder, SEXTON_FUZZ_PRELOAD: library })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = values.sanitize ? await sanitized() : search({})
