import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REFUSALS } from '../../lib/keeper/frames.js'
import { settingsOf, talk } from '../lib/keeper/talk.js'
import { exercise } from '../native/build.js'
import { lacks, lacksRoot } from '../needs.js'
import { nodeOf } from '../node-versions.mjs'
import { patience } from '../pace.mjs'
import { asPid1, type Outcome, root, run } from '../program.js'
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

    describe.skipIf(lacksRoot())('the keeper as pid1', () => {
      const keeper = join(prebuilds, 'linux-arm64', 'sexton-keeper')
      const LEAVE = 'pid=$(sleep 0.1 >&- & echo $!)'
      const pid1 = [...asPid1, 'qemu-aarch64-static', keeper, 'pid1']

      it.each([
        ['passes on an exit code', 7, [], 'exit 7'],
        ['passes on a signal', 137, [], 'kill -KILL $$'],
        [
          'forwards a signal, rewritten',
          5,
          ['-r', 'TERM:INT'],
          "trap 'exit 5' INT; kill -TERM 1; while :; do sleep 0.1; done",
        ],
        ['reaps orphans', 3, [], `${LEAVE}; while [ -e "/proc/$pid" ]; do sleep 0.1; done; exit 3`],
      ])('%s', async (_, code, options, script) => {
        const outcome = await run([...pid1, ...options, '--', 'sh', '-c', script])
        expect(outcome).toMatchObject({ code, stderr: '' })
      })

      it('ends survivors, by SIGKILL after the grace', async () => {
        const script = `trap '' TERM; sleep 1000 & exit 3`
        const words = [...pid1, '-v', '--grace', '100ms', '--', 'sh', '-c', script]
        const { code, stderr } = await run(words)
        expect(code).toBe(3)
        expect(stderr).toMatch(/sent SIGTERM to \d+ .*\n(.*\n)*pid1: sent SIGKILL to \d+ /)
      })

      it('says why it cannot start a command', async () => {
        const { code, stderr } = await run([...pid1, 'no-such-command'])
        const message = "pid1: execve 'no-such-command': ENOENT: no such file or directory\n"
        expect({ code, stderr }).toEqual({ code: 127, stderr: message })
      })
    })

    it('the back-end pidfd hears signals, and takes whatever bytes come', async () => {
      const [, ...program] = exercise(folder, 'raw', 'signals')
      const { stdout } = await succeed(emulate(program, 'pidfd'))
      expect(JSON.parse(stdout)).toEqual({ raw: true, signals: true })
    })
  },
)
