import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { drawing, erasing } from '../../lib/cli/run/status-line.js'
import { type SextonError, waitForExit } from '../../lib/index.js'
import { readStat } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { patience } from '../pace.mjs'
import { type RunOptions, root, run } from '../program.js'
import { type Running, start } from './running.js'

const program = [process.execPath, join(root, 'dist/cli/sexton.js'), 'run']
const terminal = fileURLToPath(new URL('fixtures/terminal.py', import.meta.url))

const sexton = (words: readonly string[], options: RunOptions = {}) =>
  run([...program, ...words], { ...options, env: { LC_ALL: 'C.UTF-8', ...options.env } })
const sh = (script: string, ...options: string[]) => sexton([...options, '--', 'sh', '-c', script])

/** Starts a process in the background, twice removed and in a session of its own, and prints its pid. */
const DAEMON = `sh -c 'setsid sh -c "sleep 1000 & echo \\$!; exit 0" & wait'`
/** Prints `ready`, and then ignores a signal. */
const stubborn = (signal: string) => `trap '' ${signal}; echo ready; while :; do sleep 1000; done`

/** Starts a process that holds no output, and waits until it has its name. */
const started = (name: string, ...args: string[]) =>
  `${[name, ...args].join(' ')} > /dev/null 2>&1 & until grep -q ${name} /proc/$!/comm; do :; done`

/** A timeout by which a shell has started, and has done its first steps. */
const SOON = `${patience(300)}ms`

const childrenOf = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  } catch {
    return [] // it has exited
  }
}

const alive = (pid: number) => {
  const state = readStat(pid)?.state
  return state !== undefined && state !== 'Z'
}

interface Document {
  command: string[]
  exitCode: number
  code: number | null
  signal: string | null
  endedBy: string | null
  error: string | null
  durationMs: number
  usage: { maxRSS: number } | null
  survivors: { pid: number; ppid: number; name: string; outcome: string }[]
  kept: { pid: number; name: string }[]
  limitsHit: string[]
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-cli-run-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function reportOf(words: readonly string[]): Promise<Document> {
  const folder = temporary()
  const path = join(folder, 'report.json')
  const { code } = await sexton(['--report', path, ...words])
  const document = JSON.parse(readFileSync(path, 'utf8')) as Document
  expect(document.exitCode).toBe(code)
  expect(readdirSync(folder)).toEqual(['report.json'])
  return document
}

describe('sexton run exits', () => {
  it.each<[number, string[]]>([
    [0, ['true']],
    [3, ['sh', '-c', 'exit 3']],
    [139, ['sh', '-c', 'ulimit -c 0; kill -SEGV $$']],
    [137, ['sh', '-c', 'kill -KILL $$']],
    [127, ['/nonexistent']],
    [127, ['no-such-program-anywhere']],
    [126, ['/etc/passwd']],
    [126, ['/etc']],
    [125, []],
    [125, ['--tmeout', '5', 'true']],
    [125, ['--report', '/nonexistent/report.json', 'true']],
    [124, ['--timeout', '0.2', '--', 'sleep', '1000']],
    [
      124,
      ['--timeout', '200ms', '--', 'sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'],
    ],
    [137, ['--timeout', SOON, '--grace', '0.1', '--', 'sh', '-c', stubborn('TERM')]],
    [124, ['--timeout', '0.2', '--kill-signal', 'INT', '--', 'sleep', '1000']],
    [124, ['--idle-timeout', '0.2', '--', 'sleep', '1000']],
    [137, ['--idle-timeout', SOON, '--grace', '0', '--', 'sh', '-c', stubborn('TERM')]],
    [0, ['--timeout', '1h', '--idle-timeout', '1h', '--', 'true']],
  ])('with %i: %j', async (expected, words) => {
    expect((await sexton(words)).code).toBe(expected)
  })

  it('with 122 if processes outlive a command that has succeeded', async () => {
    expect(await sh('exit 0', '--fail-on-leak')).toMatchObject({ code: 0, stderr: '' })
    expect((await sh(`${DAEMON}; exit 0`, '--fail-on-leak')).code).toBe(122)
    expect((await sh(`${DAEMON}; exit 0`)).code).toBe(0)
    expect((await sh(`${DAEMON}; exit 3`, '--fail-on-leak')).code).toBe(3)
  })

  it('with the code of the command if somebody ends the keeper', async () => {
    const script = `trap 'exit 0' TERM; ${DAEMON}; kill -TERM $PPID; while :; do sleep 1; done`
    expect((await sh(script, '--fail-on-leak')).code).toBe(0)
  })

  it('with 0 and its help, and with 125 and an advice', async () => {
    expect(await sexton(['--help'])).toMatchObject({ code: 0, stderr: '' })
    const { stderr } = await sexton(['--timout', '5', 'true'])
    expect(stderr).toBe(
      "sexton run: unknown option '--timout'; did you mean '--timeout'?\nTry 'sexton run --help'.\n",
    )
  })
})

describe('sexton run ends the job', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('by %s, which the command gets too', async (signal, code) => {
    const script = `trap 'echo got; exit 0' ${signal.slice(3)}; echo ready; while :; do sleep 0.1; done`
    const running = start([...program, '--grace', '1h', '--', 'sh', '-c', script])
    await running.printed('ready')
    process.kill(running.pid, signal)
    expect(await running.ended).toMatchObject({ code, stdout: 'ready\ngot\n' })
  })

  it('at once when a second SIGINT comes', async () => {
    const running = start([...program, '--grace', '1h', '--', 'sh', '-c', stubborn('INT')])
    await running.printed('ready')
    // The first of these that comes late enough counts as another one. The last ones come while it exits.
    const timer = setInterval(() => process.kill(running.pid, 'SIGINT'), 1)
    running.ended.then(() => clearInterval(timer))
    expect((await running.ended).code).toBe(130)
  })

  it('and kills after the grace what ignores the signal', async () => {
    const running = start([...program, '--grace', '0.1', '--', 'sh', '-c', stubborn('TERM')])
    await running.printed('ready')
    process.kill(running.pid, 'SIGTERM')
    expect((await running.ended).code).toBe(143)
  })

  it('even if it is killed itself', async () => {
    const script = `${DAEMON}; echo $$; ${stubborn('TERM')}`
    const running = start([...program, '--grace', '0.1', '--', 'sh', '-c', script])
    await running.printed('ready')
    const pids = running.stdout().match(/\d+/g)?.map(Number) ?? []
    expect(pids.map(alive)).toEqual([true, true])
    process.kill(running.pid, 'SIGKILL')
    await eventually(() => expect(pids.map(alive)).toEqual([false, false]))
    expect((await running.ended).signal).toBe('SIGKILL')
  })

  it('by Ctrl-C on a terminal that the command does not have', async () => {
    const words = ['python3', terminal, '80', '24', ...program]
    const running = start([...words, '--', 'sh', '-c', 'echo ready; sleep 1000'], 'pipe')
    await running.printed('ready')
    running.stdin?.write('^C\n')
    expect((await running.ended).code).toBe(130)
  })

  it('as a background job without a terminal', async () => {
    const script = `"$@" sh -c '${DAEMON.replaceAll("'", `'"'"'`)}; exit 4' & wait $!; echo $?`
    const { stdout, stderr } = await run(['setsid', '--wait', 'sh', '-c', script, '-', ...program])
    expect(stdout).toMatch(/^\d+\n4\n$/)
    expect(stderr).toContain('1 process outlived the command')
    expect(alive(Number.parseInt(stdout, 10))).toBe(false)
  })
})

it('fails if the command kills the keeper, and nothing is left then', async () => {
  const script = `${DAEMON} >&2; kill -KILL $PPID; sleep 1000`
  const { code, stderr } = await sh(script)
  expect(code).toBe(125)
  expect(stderr).toMatch(/^(\d+)\nsexton run: the keeper of a job has ended before the job/)
  expect(alive(Number.parseInt(stderr, 10))).toBe(false)
})

describe('sexton run tells', () => {
  it('what outlived the command, as a tree', async () => {
    const inner = `${started('sleep', '1000')}; echo $!; kill -USR1 $PPID; wait`
    // The shell that waits for the signal is the command itself.
    const script = `trap 'exit 0' USR1; sh -c '${inner}' & while :; do wait; done`
    const { code, stdout, stderr } = await sh(script)
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^sexton run: 2 processes outlived the command:\n└─ \d+ sh -c .*…: terminated\n {3}└─ \d+ sleep 1000: terminated\n$/,
    )
    expect(stderr).toContain(`─ ${stdout.trim()} sleep`)
  })

  it('nothing if nothing did', async () => {
    expect(await sh('true & wait; echo out; echo err >&2')).toEqual({
      code: 0,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  })

  it('in ASCII where the locale is, and why it ended the job', async () => {
    const words = ['--timeout', SOON, '--', 'sh', '-c', 'sleep 1000 & sleep 1000; exit']
    const { stderr } = await sexton(words, { env: { LC_ALL: 'C' } })
    expect(stderr).toMatch(
      /^sexton run: timed out; 2 processes were ended with the command:\n[ -~\n]+$/,
    )
  })
})

describe('The report', () => {
  it('has the result', async () => {
    const command = ['sh', '-c', `${DAEMON}; exit 3`]
    const document = await reportOf(['--', ...command])
    expect(document).toMatchObject({
      command,
      ...{ exitCode: 3, code: 3, signal: null, endedBy: 'exit', error: null },
      ...{ kept: [], limitsHit: [] },
    })
    expect(document.survivors).toMatchObject([{ outcome: 'terminated' }])
    expect(document.durationMs).toBeGreaterThan(0)
    expect(document.usage?.maxRSS).toBeGreaterThan(0)
  })

  it('is written for a timeout, too', async () => {
    const ended = { exitCode: 124, code: null, signal: 'SIGTERM' }
    const words = ['--timeout', '0.2', 'sleep', '1000']
    expect(await reportOf(words)).toMatchObject({ ...ended, endedBy: 'timeout' })
    const silent = ['--idle-timeout', '0.2', 'sleep', '1000']
    expect(await reportOf(silent)).toMatchObject({ ...ended, endedBy: 'idle' })
  })

  it('is written for a command that cannot be started', async () => {
    expect(await reportOf(['/nonexistent', 'x'])).toMatchObject({
      command: ['/nonexistent', 'x'],
      ...{ exitCode: 127, code: null, signal: null, endedBy: null, usage: null, survivors: [] },
      error: "execve '/nonexistent': ENOENT: no such file or directory",
    })
  })

  it('is written when a signal ended the job', async () => {
    const path = join(temporary(), 'report.json')
    const words = ['--report', path, 'sh', '-c', 'echo ready; exec sleep 1000']
    const running = start([...program, ...words])
    await running.printed('ready')
    process.kill(running.pid, 'SIGHUP')
    await running.ended
    const ended = { exitCode: 129, code: null, signal: 'SIGHUP', endedBy: 'signal' }
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject(ended)
  })

  it('that cannot be written keeps the command from being run', async () => {
    const folder = temporary()
    const words = ['--report', join(folder, 'no', 'report'), 'touch', join(folder, 'ran')]
    expect(await sexton(words)).toMatchObject({ code: 125, stderr: /ENOENT/ })
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })

  it('is a regular file, or the message says so', async () => {
    const { code, stderr } = await sexton(['--report', temporary(), 'true'])
    expect(code).toBe(125)
    expect(stderr).toMatch(
      /^sexton run: --report: invalid path '.*': expected a regular file, for .*\nTry .*\n$/,
    )
  })
})

describe('A process that is kept', () => {
  it.each([
    [0, 'sleep 1001', []],
    [0, 'sleep*', ['--fail-on-leak']],
    [122, 'sleep*', ['--fail-on-leak'], started('tail', '-f', '/dev/null')],
  ])('lives on, and sexton run exits with %i', async (code, pattern, options, more = 'exit') => {
    const script = `${started('sleep', '1001')}; ${more}`
    const words = [...options, '--keep', pattern, '--', 'sh', '-c', script]
    const { kept, survivors, exitCode } = await reportOf(words)
    expect(kept).toMatchObject([{ name: 'sleep' }])
    const pid = kept[0]?.pid as number
    expect(alive(pid)).toBe(true)
    process.kill(pid, 'SIGKILL')
    expect(exitCode).toBe(code)
    expect(survivors.map(({ name }) => name)).toEqual(code === 0 ? [] : ['tail'])
    await ended(pid)
  })

  it('is one of several by the whole of its command line', async () => {
    const script = `${started('sleep', '1001')}; ${started('sleep', '1002')}`
    const { kept, survivors } = await reportOf(['--keep', 'sleep ???2', 'sh', '-c', script])
    const pid = kept[0]?.pid as number
    process.kill(pid, 'SIGKILL')
    expect([kept.length, survivors.length]).toEqual([1, 1])
    await ended(pid)
  })
})

async function ended(pid: number): Promise<void> {
  try {
    await waitForExit(pid, { timeout: patience(5000) })
  } catch (error) {
    if ((error as SextonError).code !== 'ERR_NO_SUCH_PROCESS') throw error
  }
}

describe('The command', () => {
  it('has the descriptors of sexton run, which block as before', async () => {
    const script = 'cat /proc/self/fdinfo/0 /proc/self/fdinfo/1 /proc/self/fdinfo/2 | grep flags'
    const words = [...program, 'sh', '-c', script].map((word) => `'${word}'`).join(' ')
    const { stdout } = await run(['sh', '-c', `echo | ${words} 2>&1 | cat`])
    const flags = [...stdout.matchAll(/^flags:\s*([0-7]+)$/gm)].map((match) => match[1] as string)
    expect(flags).toHaveLength(3)
    for (const each of flags) expect(Number.parseInt(each, 8) & 0o4000).toBe(0)
  })

  it('reads nothing where standard input is closed', async () => {
    const words = program.map((word) => `'${word}'`).join(' ')
    const { code } = await run(['sh', '-c', `${words} cat <&-`])
    expect(code).toBe(0)
  })

  it.each([[[]], [['--idle-timeout', '1h']]])(
    'writes 10 MB that come out unchanged with %j',
    async (options) => {
      const file = join(temporary(), 'bytes')
      writeFileSync(
        file,
        Buffer.from(Uint32Array.from({ length: 2_500_000 }, (_, i) => i * 2654435761).buffer),
      )
      const words = [...program, ...options, '--', 'sh', '-c', 'cat $0; cat $0 >&2', file]
      const quoted = words.map((word) => `'${word}'`).join(' ')
      const script = `{ ${quoted} | cmp - '${file}' 1>&3; } 3>&1 2>&1 | cmp - '${file}'`
      // What the first cmp says makes the second one fail.
      expect(await run(['sh', '-c', script])).toMatchObject({ code: 0, stdout: '', stderr: '' })
    },
  )

  it('is not cut off where the reader begins only after its end', async () => {
    const [done, fifo] = ['done', 'fifo'].map((name) => join(temporary(), name)) as [string, string]
    execFileSync('mkfifo', [fifo])
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = openSync(fifo, 'w')
    const words = [
      '--idle-timeout',
      '1h',
      '--',
      'sh',
      '-c',
      'head -c 100000 /dev/zero; echo > "$0"',
    ]
    const [file = '', ...args] = [...program, ...words, done]
    const child = spawn(file, args, { stdio: ['ignore', writer, 'inherit'] })
    closeSync(writer)
    const exited = once(child, 'exit')
    await eventually(() => expect(existsSync(done)).toBe(true))
    await eventually(() => expect(childrenOf(child.pid as number)).toEqual([]))
    const stream = new Socket({ fd: reader, readable: true, writable: false })
    expect((await buffer(stream)).length).toBe(100_000)
    expect(await exited).toEqual([0, null])
  })

  it('gets SIGPIPE when nobody reads its output any more', async () => {
    const words = (options: string) => `${program.map((word) => `'${word}'`).join(' ')} ${options}`
    for (const options of ['', '--idle-timeout 1h']) {
      const script = `{ ${words(options)} yes; echo $? >&2; } | head -n 1`
      expect(await run(['sh', '-c', script])).toMatchObject({ stdout: 'y\n', stderr: '141\n' })
    }
  })

  it('gets words that are not UTF-8', async () => {
    const words = program.map((word) => `'${word}'`).join(' ')
    const script = `${words} printf %s "$(printf '\\377')" | od -An -tx1`
    expect((await run(['sh', '-c', script])).stdout.trim()).toBe('ff')
  })

  it('is not idle as long as it writes', async () => {
    const script = 'for i in 1 2 3 4 5 6; do echo $i >&2; sleep 0.1; done'
    const words = ['--idle-timeout', `${patience(400)}ms`, '--', 'sh', '-c', script]
    expect(await sexton(words)).toMatchObject({ code: 0, stderr: '1\n2\n3\n4\n5\n6\n' })
  })
})

describe('The status line', () => {
  const onTerminal = (variables: string[], script: string): Running =>
    start(
      ['env', '-u', 'NO_COLOR', ...variables, 'python3', terminal, '80', '24'].concat([
        ...program,
        '--',
        'sh',
        '-c',
        script,
      ]),
      'pipe',
    )

  it('is drawn on a terminal, and erased at the end', async () => {
    const running = onTerminal(['TERM=xterm'], 'echo hello; read line; echo "got $line"')
    await running.printed(/sexton run: \d+s, 1 process, [\d.]+M/)
    running.stdin?.write('x\n')
    const { code, stdout } = await running.ended
    expect(code).toBe(0)
    expect(stdout).toContain('got x')
    const text = /sexton run: \d[\w., ]+/.exec(stdout)?.[0] as string
    expect(stdout).toContain(drawing(text, 24, true))
    expect(stdout.endsWith(erasing(24))).toBe(true)
  })

  it.each([['TERM=dumb'], ['NO_COLOR=1']])('is not drawn with %s', async (variable) => {
    const { code, stdout } = await onTerminal(['TERM=xterm', variable], 'sleep 1.3').ended
    expect([code, stdout]).toEqual([0, ''])
  })

  it('is not drawn elsewhere', async () => {
    expect(await sh('sleep 1.3')).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })
})
