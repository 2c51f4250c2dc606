import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Compiles C programs for the time of `use`, which gets their paths: `instant.c` as `instant`. Static
 * ones: what the dynamic linker takes would be the same for all contenders, and hide their differences.
 */
export async function withPrograms(sources, use) {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-bench-'))
  try {
    return await use(Object.fromEntries(sources.map((source) => compile(folder, source))))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function compile(folder, source) {
  const name = source.replace(/^.*\/|\.c$/g, '')
  const path = join(folder, name)
  const file = fileURLToPath(new URL(source, import.meta.url))
  const { status } = spawnSync('cc', ['-O2', '-static', '-o', path, file], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`${source} cannot be compiled`)
  return [name, path]
}

const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env // it triples Node's start-up

export const environment = inherited
