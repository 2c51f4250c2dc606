import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REFUSALS } from '../../lib/keeper/frames.js'
import { settingsOf, talk } from '../lib/keeper/talk.js'
import { exercise } from '../native/build.js'
import { lacks } from '../needs.js'
import { nodeOf } from '../node-versions.mjs'
import { patience } from '../pace.mjs'
import { type Outcome, root, run } from '../program.js'
import { prebuilds, succeed } from './project.js'

// The addon for arm64 in Node for arm64, under an emulator that passes system calls on to this kernel,
// where it knows them. QEMU 7.2 knows neither CLONE_PIDFD, without which the pidfd back-end does not
// start a child, nor PR_SET_CHILD_SUBREAPER; Node's workers hang or crash in it, with or without an
// addon; and it runs no program for arm64 that another starts, as vitest does, unless the kernel was
// told of it. So this is the exercise program. The arm64 machines of CI run the whole suite.

const folder = mkdtempSync(join(tmpdir(), 'sexton-arm64-'))
let node: string[] = []

beforeAll(() => {
  for (const name of ['dist', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  mkdirSync(join(folder, 'prebuilds'))
  const name = 'linux-arm64'
  cpSync(join(prebuilds, name), join(folder, 'prebuilds', name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  // Node's libraries, with the compiler for arm64.
  node = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu', nodeOf('20', 'arm64')]
}, patience(120_000))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function emulate(program: readonly string[], backend: string): Promise<Outcome> {
  return run([...node, ...program], { env: { SEXTON_BACKEND: backend }, timeout: 100_000 })
}

const PARTS = ['spawn', 'failures', 'raw', 'strangers', 'signals']

// There it needs no emulator: the suite itself runs on it. CI is not such a machine.
describe.skipIf(process.arch === 'arm64' || lacks('qemu-aarch64-static'))(
  'On arm64, emulated',
  { timeout: patience(110_000) },
  () => {
    it.each(['sigchld', 'poll'])(
      'the back-end %s does all but reap orphans and run in workers',
      async (backend) => {
        const [, ...program] = exercise(folder, ...PARTS)
        const { stdout } = await succeed(emulate(program, backend))
        expect(JSON.parse(stdout)).toEqual(Object.fromEntries(PARTS.map((part) => [part, true])))
      },
    )

    it('opens pidfds of others, waits, signals; tells what QEMU refuses', async () => {
      const program = join(root, 'test', 'package', 'fixtures', 'emulated.mjs')
      const { stdout } = await succeed(emulate([program, folder], 'pidfd'))
      expect(JSON.parse(stdout)).toMatchObject({
        ...{ arch: 'arm64', backend: 'pidfd' },
        ...{ pids: [true, true], bySignal: 'SIGTERM', gone: false },
        // A later emulator may allow them.
        spawn: expect.stringMatching(/^(ERR_SPAWN_FAILED clone|allowed)$/),
        subreaper: expect.stringMatching(/^(ERR_UNSUPPORTED.*|allowed)$/),
      })
    })

    it('the keeper reads its settings; QEMU 7.2 refuses it to adopt orphans', async () => {
      const keeper = join(prebuilds, 'linux-arm64', 'sexton-keeper')
      const prefix = ['sh', '-c', `exec qemu-aarch64-static '${keeper}'`]
      const settings = settingsOf('emulated', '/bin/sh', '-c', 'exit 3')
      const { noSettings, noSubreaper } = REFUSALS
      const { code, reports } = await talk(settings, undefined, prefix)
      expect(code).toBe(0)
      const [{ kind, ...first } = { kind: 'pong' }] = reports
      if (kind === 'refused') expect(first).toMatchObject({ refusal: noSubreaper })
      else expect(reports.at(-1)).toEqual({ kind: 'ended', kept: 0, left: 0 })
      const cut = await talk(settings.subarray(0, 100), undefined, prefix)
      expect(cut.reports).toMatchObject([{ kind: 'refused', refusal: noSettings }])
    })

    it('the back-end pidfd hears signals, and takes whatever bytes come', async () => {
      const [, ...program] = exercise(folder, 'raw', 'signals')
      const { stdout } = await succeed(emulate(program, 'pidfd'))
      expect(JSON.parse(stdout)).toEqual({ raw: true, signals: true })
    })
  },
)
