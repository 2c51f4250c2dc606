import { randomInt } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readPids } from '../../lib/system/proc.js'
import { lacks } from '../needs.js'
import { environment, libraryPid1 as pid1, run } from '../program.js'

// Whatever starts the library's `pid1` in an unusual world: another shell, low limits, variables and files of others.

const EXIT_7 = [pid1, '-s', '--', 'sh', '-c', 'exit 7']

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sexton-start-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  chmodSync(path, 0o755)
  return path
}

// Blocks SIGUSR1 and the last realtime signal, ignores SIGTERM, SIGTSTP and what is named, and executes the rest.
const DISPOSED = `
import os, signal, sys
signal.pthread_sigmask(signal.SIG_SETMASK, [10, 64])
for number in range(1, 65):
    if number not in (9, 19, 32, 33): signal.signal(number, signal.SIG_DFL)
for number in (15, 20, *map(int, sys.argv[1].split())): signal.signal(number, signal.SIG_IGN)
os.execvp(sys.argv[2], sys.argv[2:])`

const SHELLS = ['dash', 'bash', 'busybox', 'zsh', 'mksh', 'ksh', 'yash'] as const

/** A PATH in which `sh` is this shell. */
function pathWith(shell: string): string {
  const bin = folder()
  symlinkSync(`/usr/bin/${shell}`, join(bin, 'sh'))
  return `${bin}:${environment.PATH}`
}

/** The processes that were started with this variable. */
const having = (variable: string) =>
  (readPids() ?? []).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(variable)
    } catch {
      return false
    }
  })

describe.each(SHELLS.filter((shell) => !lacks(shell)))('Where sh is %s', (shell) => {
  const path = () => pathWith(shell)

  it.each(['', '3'])('pid1 keeps ignored signals ignored, and no others (%s)', async (ignored) => {
    const { code, stdout } = await run(
      [pid1, '-s', '/usr/bin/grep', 'SigIgn', '/proc/self/status'],
      {
        prefix: ['python3', '-c', DISPOSED, ignored],
        env: { PATH: path() },
      },
    )
    expect(code).toBe(0)
    expect(stdout).toBe(`SigIgn:\t000000000008400${ignored === '' ? '0' : '4'}\n`)
  })

  // mksh and ksh93 unblock all signals at their start: nobody can know the mask after that.
  it.skipIf(['mksh', 'ksh'].includes(shell))('pid1 keeps the signal mask', async () => {
    const { stdout } = await run([pid1, '-s', '/usr/bin/grep', 'SigBlk', '/proc/self/status'], {
      prefix: ['python3', '-c', DISPOSED, ''],
      env: { PATH: path() },
    })
    expect(stdout).toBe('SigBlk:\t8000000000000200\n')
  })

  const VARIABLES = [
    ...['NODE_OPTIONS=--no-such-option', 'NODE_ICU_DATA=/', 'NODE_FUTURE=', 'NODE_CHANNEL_FD=77'],
    ...['OPENSSL_CONF=/', 'LD_AUDIT=', 'MALLOC_ARENA_MAX=3', 'UV_THREADPOOL_SIZE=a "\\b\nNODE_X=c'],
  ]

  it('pid1 keeps variables from its Node, and their bytes for the command', async () => {
    const all = [`PATH=${path()}`, 'A NODE_X=1', ...VARIABLES]
    const start = ['env', '-i', ...all, pid1, '-s']
    const { code, stdout, stderr } = await run([...start, '/usr/bin/env', '-0'])
    const variables = stdout.split('\0')
    expect({ code, stderr, variables }).toEqual({ code: 0, stderr: '', variables: [...all, ''] })
    const own = await run([...start, '/bin/dash', '-c', 'cat /proc/$PPID/environ'])
    const names = own.stdout
      .split('\0')
      .filter((entry) => /^(NODE|OPENSSL|LD|MALLOC|UV)_/.test(entry))
    expect(names).toEqual(['OPENSSL_CONF=/dev/null'])
  })

  it('passes these on though it cannot note a long environment', async () => {
    const long = ['A', 'B'].map((name) => `${name}=${'x'.repeat(60_000)}`)
    const all = [`PATH=${path()}`, ...long, ...VARIABLES]
    const { stdout } = await run(['env', '-i', ...all, pid1, '-s', '/usr/bin/env', '-0'])
    expect(stdout.split('\0')).toEqual(expect.arrayContaining(all))
    expect(stdout).not.toContain('sexton_')
  })

  it('pid1 starts under low soft limits, and the command has them again', async () => {
    const low = ['--as=50000000:', '--data=3000000:', '--stack=65536:', '--nofile=25:']
    const { code, stdout } = await run([pid1, '-s', '/usr/bin/cat', '/proc/self/limits'], {
      prefix: ['prlimit', ...low],
      env: { PATH: path() },
    })
    expect(code).toBe(0)
    for (const [name, soft] of [
      ['address space', 50000000],
      ['data size', 3000000],
      ['stack size', 65536],
      ['open files', 25],
    ])
      expect(stdout).toMatch(new RegExp(`^Max ${name} +${soft} `, 'm'))
  })

  it('pid1 exits with 126 if there is no Node', async () => {
    const bin = folder()
    symlinkSync(`/usr/bin/${shell}`, join(bin, 'sh'))
    for (const name of ['cat', 'base64', '[', 'echo'])
      symlinkSync(`/usr/bin/${name}`, join(bin, name))
    const { code, stderr } = await run(['/usr/bin/env', `PATH=${bin}`, 'sh', ...EXIT_7])
    expect(stderr).toContain('node')
    expect(code).toBe(shell === 'ksh' ? 127 : 126) // ksh93 runs no EXIT trap after a failed exec
  })
})

const isRoot = process.getuid?.() === 0

describe.runIf(isRoot)('pid1 with few processes allowed', () => {
  // Of a user who has no others, also not by another run of the tests, and none of the privileges to which the limit
  // does not apply.
  const user = String(randomInt(10_000, 60_000))
  const limited = (most: number) => [
    ...['setpriv', '--reuid', user, '--regid', user, '--clear-groups'],
    ...['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'],
    ...['prlimit', `--nproc=${most}`],
  ]

  // The first run writes the code cache, which costs a thread.
  it('starts with five: three threads of Node, itself and the command', async () => {
    expect(await run(EXIT_7)).toMatchObject({ code: 7 })
    expect(await run(EXIT_7, { prefix: limited(5) })).toMatchObject({ code: 7, stderr: '' })
  })

  it.each([1, 2, 3, 4])('exits with 126 and says why with %i', async (most) => {
    const { code, signal, stderr } = await run(EXIT_7, { prefix: limited(most) })
    expect({ code, signal }).toEqual({ code: 126, signal: null })
    expect(stderr).toMatch(
      /^pid1: (cannot start: the shell cannot create a process|clone: EAGAIN)/m,
    )
  })

  it('exits with 126 where no base64 tells if two threads have room', async () => {
    const bin = folder()
    for (const name of ['sh', 'cat', '[', 'env']) symlinkSync(`/usr/bin/${name}`, join(bin, name))
    symlinkSync(process.execPath, join(bin, 'node'))
    const prefix = (most: number) => [...limited(most), '/usr/bin/env', `PATH=${bin}`, 'sh']
    expect(await run(EXIT_7, { prefix: prefix(2) })).toMatchObject({ code: 126, signal: null })
    expect(await run(EXIT_7, { prefix: prefix(8) })).toMatchObject({ code: 7 })
  })
})

describe('pid1 under low hard limits', () => {
  // With the first, Node would hang.
  it.each(['--as=102400000', '--as=600000000', '--data=10000000', '--nofile=12', '--nofile=16'])(
    'exits with 126 and says why with %s',
    async (limit) => {
      const outcome = await run(EXIT_7, { prefix: ['prlimit', limit], timeout: 60_000 })
      expect(outcome).toMatchObject({ code: 126, signal: null })
      expect(outcome.stderr).toContain('pid1: cannot start: Node does not start under these limits')
    },
    70_000,
  )

  it('kills the Node that it has tried if that hangs, with each shell', async () => {
    const mark = `sexton-start-${process.pid}`
    const outcomes = SHELLS.map((shell) =>
      run(EXIT_7, {
        prefix: ['prlimit', '--as=102400000'],
        env: { PATH: pathWith(shell), MARK: mark },
        timeout: 60_000,
      }),
    )
    for (const outcome of await Promise.all(outcomes)) {
      expect(outcome).toMatchObject({ code: 126, signal: null })
    }
    expect(having(`MARK=${mark}`)).toEqual([])
  }, 70_000)

  it('starts if Node can', async () => {
    for (const limit of [
      '--as=2000000000',
      '--data=1024000000',
      '--nofile=60',
      '--stack=1000000',
    ]) {
      expect(await run(EXIT_7, { prefix: ['prlimit', limit] })).toMatchObject({
        code: 7,
        stderr: '',
      })
    }
  })
})

describe("The OpenSSL configuration of pid1's world", () => {
  it.each([
    ['broken', '[broken\n'],
    [
      'for a provider that Node has not',
      'nodejs_conf = i\n[i]\nproviders = p\n[p]\nfips = f\n[f]\nactivate = 1\n',
    ],
  ])('does not reach pid1: %s', async (_, text) => {
    const file = join(folder(), 'openssl.cnf')
    writeFileSync(file, text)
    const outcome = await run(EXIT_7, { env: { OPENSSL_CONF: file } })
    expect(outcome).toMatchObject({ code: 7, stderr: '' })
  })

  it.runIf(isRoot)('does not reach pid1: a broken one of the system', async () => {
    const etc = folder()
    writeFileSync(join(etc, 'openssl.cnf'), '[broken\n')
    const prefix = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/ssl; exec "$@"', etc]
    expect(await run(EXIT_7, { prefix })).toMatchObject({ code: 7, stderr: '' })
  })
})
