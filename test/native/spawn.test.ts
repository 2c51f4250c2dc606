import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { binding } from '../../lib/system/binding.js'
import { lacks } from '../needs.js'
import { run } from '../program.js'
import { block, CLD_EXITED, openDescriptors, reap, type Spec, signalMask, spawnRaw } from './raw.js'

const directory = mkdtempSync(join(tmpdir(), 'sexton-spawn-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** Runs a program with descriptor 1 in a file; what it wrote, and its exit code. */
async function output(argv: readonly (string | Uint8Array)[], spec: Spec = {}) {
  const path = join(directory, 'output')
  const file = openSync(path, 'w')
  const fds = spec.fds ?? Int32Array.of(-1, file, -1)
  fds[1] = file
  const { pid, pidfd, errno, step } = spawnRaw(argv, { ...spec, fds })
  closeSync(file)
  expect({ errno, step }).toEqual({ errno: 0, step: 'none' })
  const { cause, status } = await reap(pid)
  if (pidfd >= 0) binding.closeFd(pidfd)
  expect(cause).toBe(CLD_EXITED)
  return { status, bytes: readFileSync(path), text: readFileSync(path, 'latin1') }
}

function script(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

describe('spawn', () => {
  it('gives no pidfd unless asked', async () => {
    const { pid, pidfd } = spawnRaw(['/bin/sh', '-c', 'exit 0'], { pidfd: false })
    expect(pidfd).toBe(-1)
    await reap(pid)
  })

  it('starts the child with no signal blocked, ignored or caught', async () => {
    // Node ignores SIGPIPE, and catches some.
    expect(signalMask('SigIgn', readFileSync('/proc/self/status', 'utf8'))).not.toBe(0n)
    const { text } = await output(['/bin/cat', '/proc/self/status'])
    for (const name of ['SigBlk', 'SigIgn', 'SigCgt'] as const) {
      expect(signalMask(name, text)).toBe(0n)
    }
  })

  it('hands on arguments and environment byte for byte, empty ones included', async () => {
    const argument = Uint8Array.of(0xff, 0x0a, 0x80)
    const env = block(Uint8Array.of(0x41, 0x3d, 0xfe), 'EMPTY=', 'no equals sign')
    const variables = await output(['/bin/sh', '-c', 'cat /proc/$$/environ; :'], { env })
    expect(variables.bytes).toEqual(Buffer.from(env))
    const shown = ['/bin/sh', '-c', 'cat /proc/$$/cmdline; :', argument, '']
    expect((await output(shown)).bytes.subarray(-5)).toEqual(Buffer.of(0xff, 0x0a, 0x80, 0, 0))
  })

  it('gives an empty environment', async () => {
    expect((await output(['/usr/bin/env'], { env: new Uint8Array() })).text).toBe('')
  })

  it('lets the shell run a file without a #! line, with its arguments', async () => {
    const path = script('plain', 'echo "$0" "$1"; exit 3')
    expect(await output([path, 'word'])).toMatchObject({ status: 3, text: `${path} word\n` })
  })

  it('tries each file in turn, past those that are missing or may not be run', async () => {
    const files = block('/no/such/file', '/dev/null/file', '/etc/passwd', '/bin/echo')
    expect(await output(['name', 'found'], { files })).toMatchObject({ text: 'found\n' })
  })

  it('gives the descriptors asked for, or /dev/null, and no others', async () => {
    const { text } = await output(['/bin/sh', '-c', 'ls -l /proc/$$/fd'])
    const links = [...text.matchAll(/ (\d+) -> (.*)$/gm)].map(([, fd, target]) => [fd, target])
    expect(links.slice(0, 3)).toEqual([
      ['0', '/dev/null'],
      ['1', join(directory, 'output')],
      ['2', '/dev/null'],
    ])
    // What this process has inherited without close-on-exec is passed on: Node opens all with it.
    for (const [fd] of links.slice(3)) expect(readFlags(Number(fd)) & 0o2000000).toBe(0)
  })

  it('exchanges descriptors that stand in each other’s place', async () => {
    const [one, two] = [openSync('/dev/zero', 'r'), openSync('/dev/full', 'r')]
    const fds = new Int32Array(Math.max(one, two) + 1).fill(-1)
    fds[one] = two
    fds[two] = one
    const paths = [`/proc/self/fd/${one}`, `/proc/self/fd/${two}`]
    const { text } = await output(['/bin/readlink', ...paths], { fds })
    expect(text).toBe('/dev/full\n/dev/zero\n')
    expect(paths.map((path) => readlinkSync(path))).toEqual(['/dev/zero', '/dev/full'])
    for (const fd of [one, two]) closeSync(fd)
  })

  it('gives one descriptor many times, and a thousand numbers at once', async () => {
    const before = openDescriptors()
    const file = openSync('/dev/zero', 'r')
    const fds = new Int32Array(1024).fill(file)
    const list = ['/bin/sh', '-c', 'ls /proc/$$/fd | wc -l']
    expect(Number((await output(list, { fds })).text)).toBeGreaterThanOrEqual(1024)
    closeSync(file)
    expect(openDescriptors()).toEqual(before)
  })

  it('applies session, group, umask and limits', async () => {
    const show = [
      '/bin/sh',
      '-c',
      'echo $$ $(cut -d " " -f 5,6 /proc/$$/stat) $(umask) $(ulimit -n)',
    ]
    const rlimits = [binding.resources.nofile ?? -1, 64, 64]
    const { text } = await output(show, { session: true, umask: 0o027, rlimits })
    const [pid, group, session, ...rest] = text.trim().split(' ')
    expect([group, session]).toEqual([pid, pid])
    expect(rest).toEqual(['0027', '64'])
    const grouped = await output(show, { processGroup: 0 })
    const [child, own, inherited] = grouped.text.trim().split(' ')
    expect(own).toBe(child)
    expect(inherited).not.toBe(child)
  })
})

function readFlags(fd: number): number {
  try {
    return Number.parseInt(
      /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '',
      8,
    )
  } catch {
    return 0
  }
}

describe('A child that shares its memory until exec', () => {
  // Elsewhere it is a fork, and there is no strace.
  it.skipIf(process.platform !== 'linux' || lacks('strace'))(
    'reports by it, once that was seen to work',
    async () => {
      const source = `import { spawn } from 'sexton'
      for (const file of ['/bin/true', '/nonexistent', '/bin/true']) {
        await spawn(file, [], { stdio: 'ignore' }).exited.catch(() => {})
      }
      console.log('0')`
      const { stderr } = await run([process.execPath, '--input-type=module', '--eval', source], {
        prefix: ['strace', '-qq', '-e', 'trace=pipe2,clone,clone3', '-e', 'signal=none'],
      })
      const calls = [...stderr.matchAll(/^(pipe2|clone)\(/gm)].map(([, call]) => call)
      // The first child reports by a pipe. The second pipe is the one by which the environment is compared.
      expect(calls.slice(-5)).toEqual(['pipe2', 'clone', 'pipe2', 'clone', 'clone'])
    },
  )
})
