import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { descendants } from '../../lib/index.js'
import { readStat, readTasks } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { lacks } from '../needs.js'
import { asNobody, asPid1, type RunOptions, root, run } from '../program.js'
import { type Running, start, under } from './running.js'

const program = [process.execPath, join(root, 'dist/cli/sexton.js')]
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const family = (...words: string[]) =>
  start(['python3', fixture('family.py'), ...words], 'pipe') as Running
const sexton = (words: string, options: RunOptions = {}) =>
  run([...program, ...words.split(' ').filter(Boolean)], {
    ...options,
    env: { LC_ALL: 'C.UTF-8', ...options.env },
  })
const quiet = { code: 0, signal: null, stderr: '' }

interface Document {
  root: number
  processes: { pid: number; ppid: number; name: string; orphan: boolean; zombie: boolean }[]
  guilty: { parent: { pid: number; name: string }; zombies: { pid: number }[] }[]
}

async function documentOf(words: string, options: RunOptions = {}): Promise<Document> {
  const { stdout, ...rest } = await sexton(`tree --json ${words}`, options)
  expect(rest).toEqual(quiet)
  expect(stdout).toMatch(/^\{\P{Cc}*\}\n$/u)
  return JSON.parse(stdout)
}

describe('sexton tree', () => {
  it('draws a tree, its zombies, and who keeps them', async () => {
    const parent = family('3', '1')
    await parent.printed('ready')
    const { stdout, ...rest } = await sexton(`tree ${parent.pid}`)
    expect(rest).toEqual(quiet)
    const [heading, ...lines] = stdout.trimEnd().split('\n')
    expect(heading).toMatch(/^ *PID {2}S {8,}AGE {2}CPU% +MEM {2}COMMAND$/)
    expect(lines[0]).toMatch(
      /^ *\d+ {2}[SR] +\d+s +\d+\.\d +[\d.]+M {2}\S*python3 .*family.py 3 1$/,
    )
    for (const line of lines.slice(1, 4)) {
      expect(line).toMatch(/ Z {2}zombie +\d+s +\d+\.\d +- {2}├─ \[python3\]$/)
    }
    expect(lines[4]).toMatch(/ S .* {2}└─ \S*python3 .*family.py 3 1$/)
    expect(lines.slice(5)).toEqual([
      '',
      `3 zombies are kept by ${parent.pid} (python3), which lives and does not reap them`,
    ])
    parent.stdin?.end()
    await parent.ended
  })

  it('names the parent of a zombie as root, outside of the tree', async () => {
    const parent = family('1')
    await parent.printed('ready')
    const { stdout } = await sexton(`tree ${descendants(parent.pid)[0]?.pid}`)
    expect(stdout).toMatch(/^ *PID .*\n.* Z {2}zombie .* \[python3\]\n\n/)
    expect(stdout).toContain(`1 zombie is kept by ${parent.pid} (python3), which lives`)
    parent.stdin?.end()
    await parent.ended
  })

  it('is ASCII where the locale is', async () => {
    const parent = family('1', '1')
    await parent.printed('ready')
    const { stdout } = await sexton(`tree ${parent.pid}`, { env: { LC_ALL: 'C' } })
    expect(stdout).toMatch(/^[ -~\n]+$/)
    expect(stdout).toMatch(/ {2}\|- \[python3\]\n.* {2}`- \S*python3 /)
    parent.stdin?.end()
    await parent.ended
  })

  it('starts at PID 1, without one given', async () => {
    const { processes, ...rest } = await documentOf('')
    expect(rest.root).toBe(1)
    expect(processes[0]).toMatchObject({ pid: 1 })
    expect(processes.map(({ pid }) => pid)).toContain(process.pid)
  })

  it('draws hundreds', async () => {
    const parent = family('50', '250')
    await parent.printed('ready')
    const { processes, guilty } = await documentOf(`${parent.pid}`)
    expect(processes).toHaveLength(301)
    expect(processes.filter(({ zombie }) => zombie)).toHaveLength(50)
    expect(guilty).toMatchObject([{ parent: { pid: parent.pid, name: 'python3' } }])
    expect(guilty[0]?.zombies).toHaveLength(50)
    const { stdout } = await sexton(`tree ${parent.pid}`)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1 + 301 + 2)
    parent.stdin?.end()
    await parent.ended
  })

  it('is not disturbed by processes that come and go while it reads', async () => {
    const churn = 'while :; do (true & true | true); done'
    const churning = `setpriv --pdeathsig KILL sh -c '${churn}' &`
    const script = `${churning} a=$!; ${churning} cat; kill $a $!; wait`
    const shells = start(['sh', '-c', script], 'pipe')
    await eventually(() => expect(descendants(shells.pid).length).toBeGreaterThan(2))
    for (let round = 0; round < 5; round += 1) {
      const { processes } = await documentOf(`${shells.pid}`)
      const pids = processes.map(({ pid }) => pid)
      expect(pids[0]).toBe(shells.pid)
      expect(processes.slice(1).filter(({ ppid }) => !pids.includes(ppid))).toEqual([])
    }
    shells.stdin?.end()
    await shells.ended
  })
})

describe('Names', () => {
  it('that a process gives itself are escaped, and recorded as they are', async () => {
    const parent = family('1')
    await parent.printed('ready')
    parent.stdin?.write('a) Z\\n1\\x1b[2J\n')
    await parent.printed('renamed')
    const { stdout } = await sexton(`tree ${parent.pid}`)
    expect(stdout.trimEnd().split('\n')).toHaveLength(5)
    expect(stdout).toContain(`kept by ${parent.pid} (a) Z\\n1\\x1b[2J), which lives`)
    const { processes } = await documentOf(`${parent.pid}`)
    expect(processes[0]).toMatchObject({ pid: parent.pid, name: 'a) Z\n1\x1b[2J' })
    parent.stdin?.end()
    await parent.ended
  })

  it('of programs and arguments are escaped as well', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sexton-tree-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const script = join(directory, 'a (b) S 1\n├─ é')
    writeFileSync(script, '#!/bin/sh\ncat\ntrue\n')
    chmodSync(script, 0o755)
    const child = start([script, '\x1b]0;title\x07', '\u202e', '漢'], 'pipe')
    await eventually(() => expect(descendants(child.pid)).toMatchObject([{ name: 'cat' }]))
    const { stdout } = await sexton(`tree ${child.pid}`)
    const [, line, ...others] = stdout.trimEnd().split('\n')
    expect(line).toMatch(/\/a \(b\) S 1\\n├─ é \\x1b\]0;title\\x07 \\u\{202e\} 漢$/)
    expect(others).toEqual([expect.stringMatching(/ {2}└─ cat$/)])
    child.stdin?.end()
    await child.ended
  })
})

describe('Orphans', () => {
  // Commands that make an orphan of `cat`, and one that waits until PID 1 has adopted it.
  const simple = '(cat <&3 &) 3<&0; '
  const daemon = '(setsid sh -c "cat <&3 & :" &) 3<&0; '
  const adopted = 'grep -l "^Name:.cat$" /proc/[0-9]*/status | xargs grep -q "^PPid:.1$"'
  const wait = `until ${adopted}; do :; done 2>/dev/null; `
  const look = `${program.join(' ')} tree --json`
  const named = (text: string, name: string) =>
    (JSON.parse(text) as Document).processes.filter((one) => one.name === name)

  it('are marked under an init that never had their session', async () => {
    // PID 1 here is a shell, which has adopted `cat`: its session was founded by a shell that is dead.
    const child = start([...asPid1, 'sh', '-c', `${daemon + wait + look}; true`], 'pipe')
    await child.printed('}\n')
    child.stdin?.end()
    const { stdout } = await child.ended
    expect(named(stdout, 'cat')).toMatchObject([{ ppid: 1, orphan: true }])
    // Node 24 calls its first thread, and so itself, MainThread.
    const nodes = ['node', 'MainThread', 'node-MainThread'].flatMap((name) => named(stdout, name))
    expect(nodes).toMatchObject([{ ppid: 1, orphan: false }])
  })

  it('are marked under pid1, which starts one command only', async () => {
    const command = under('sh', '-c', `${simple + wait + look}; true`)
    const child = start([...asPid1, ...command], 'pipe')
    await child.printed('}\n')
    child.stdin?.end()
    const { stdout } = await child.ended
    expect(named(stdout, 'cat')).toMatchObject([{ ppid: 1, orphan: true }])
    expect(named(stdout, 'sh')).toMatchObject([{ ppid: 1, orphan: false }])
  })
})

describe('sexton tree --watch', () => {
  it('prints one tree after another where there is no terminal, until Ctrl-C', async () => {
    const parent = family('1')
    await parent.printed('ready')
    const watching = start([...program, 'tree', '--watch=0.1', `${parent.pid}`])
    await watching.printed(/( *PID [\s\S]*?reap it\n\n){2}/)
    process.kill(watching.pid, 'SIGINT')
    const { stdout, ...rest } = await watching.ended
    expect(rest).toEqual(quiet)
    expect(stdout).not.toContain('\x1b')
    expect(stdout).toMatch(/^( *PID .*\n.*python3 .*\n.*\n\n1 zombie is kept by .*\n\n?)+$/)
    parent.stdin?.end()
    await parent.ended
  })

  it('prints a line of JSON each time, with --json', async () => {
    const watching = start([...program, 'tree', '--watch', '0.1', '--json', `${process.pid}`])
    await watching.printed(/(.*\n){3}/)
    process.kill(watching.pid, 'SIGINT')
    const { stdout, ...rest } = await watching.ended
    expect(rest).toEqual(quiet)
    const roots = stdout.trimEnd().split('\n')
    expect(roots.map((line) => (JSON.parse(line) as Document).root)).toEqual(
      roots.map(() => process.pid),
    )
  })

  it('ends when the process does', async () => {
    const parent = family('0')
    await parent.printed('ready')
    const watching = start([...program, 'tree', '--watch=0.1', `${parent.pid}`])
    await watching.printed('COMMAND')
    parent.stdin?.end()
    await parent.ended
    const { code, stderr } = await watching.ended
    expect(stderr).toBe(`sexton: tree: process ${parent.pid} has exited\n`)
    expect(code).toBe(0)
  })

  it('ends quietly when nobody reads any more', async () => {
    const pipe = (words: string) =>
      run(['bash', '-c', `${program.join(' ')} ${words} | head -n1; echo \${PIPESTATUS[0]}`])
    for (const words of ['tree --watch=0.1', 'tree', 'tree --help', '--help']) {
      const { stdout, ...rest } = await pipe(words)
      expect(rest).toEqual(quiet)
      expect(stdout).toMatch(/^.+\n0\n$/)
    }
  })

  it('says what is wrong when it cannot be written', async () => {
    const outcome = await run(['sh', '-c', `${program.join(' ')} tree >/dev/full`])
    const stderr = 'sexton: ENOSPC: no space left on device, write\n'
    expect(outcome).toMatchObject({ code: 1, stderr })
  })
})

describe('On a terminal', () => {
  const env = { NO_COLOR: '', TERM: 'xterm', LC_ALL: 'C.UTF-8' }
  const on = (columns: number, rows: number, variables: Record<string, string>, words: string) => {
    const set = Object.entries({ ...env, ...variables }).map(([name, value]) => `${name}=${value}`)
    const size = [columns, rows].map(String)
    // Node counts CI as a terminal without colours.
    const command = ['env', '-u', 'CI', ...set, ...program, ...words.split(' ')]
    return start(['python3', fixture('terminal.py'), ...size, ...command], 'pipe')
  }

  it('draws over itself, in colour, within its size, until Ctrl-C', async () => {
    const parent = family('2', '20')
    await parent.printed('ready')
    const terminal = on(50, 12, {}, `tree ${parent.pid} --watch 0.1`)
    await terminal.printed(/and 16 more[\s\S]*and 16 more[\s\S]*\n/)
    terminal.stdin?.write('^C\n')
    const { code, stdout } = await terminal.ended
    expect(code).toBe(0)
    expect(stdout.startsWith('\x1b[H\x1b[2J\x1b[1m')).toBe(true)
    expect(stdout).toContain('\x1b[31m')
    const frames = stdout.split('\x1b[H').slice(1)
    expect(frames.length).toBeGreaterThan(1)
    const lines = stripVTControlCharacters(frames[0] ?? '')
      .trimEnd()
      .split('\r\n')
    expect(lines).toHaveLength(11)
    expect(lines.filter((line) => line.length > 50)).toEqual([])
    expect(lines[1]).toMatch(/…$/)
    expect(lines[10]).toMatch(/^2 zombies are kept by/)
    parent.stdin?.end()
    await parent.ended
  })

  it('ends by q, and gives the keyboard back', async () => {
    const after = ['sh', '-c', '"$@"; stty -a', 'sh']
    const command = [
      'env',
      'TERM=xterm',
      ...after,
      ...program,
      'tree',
      `${process.pid}`,
      '-n',
      '60',
    ]
    const terminal = start(['python3', fixture('terminal.py'), '80', '10', ...command], 'pipe')
    await terminal.printed('COMMAND')
    terminal.stdin?.write('q')
    const { code, stdout } = await terminal.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/ icanon /)
    expect(stdout).toMatch(/(^| )isig /m)
  })

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('it uses no codes with %j', async (variables) => {
    const terminal = on(40, 10, variables, `tree ${process.pid} --watch 0.1`)
    await terminal.printed(/(PID[\s\S]*){2}/)
    terminal.stdin?.write('^C\n')
    const { code, stdout } = await terminal.ended
    expect(code).toBe(0)
    expect(stdout).not.toContain('\x1b')
    expect(stdout.split('\r\n').filter((line) => line.length > 40)).toEqual([])
  })
})

describe('Usage', () => {
  it('is shown where asked for', async () => {
    for (const words of ['--help', '-h', 'help']) {
      const { stdout, ...rest } = await sexton(words)
      expect(rest).toEqual(quiet)
      expect(stdout).toMatch(/^Usage: sexton <command>/)
    }
    for (const words of ['tree --help', 'help tree']) {
      const { stdout, ...rest } = await sexton(words)
      expect(rest).toEqual(quiet)
      expect(stdout).toMatch(/^Usage: sexton tree /)
    }
  })

  it('has a version', async () => {
    for (const words of ['--version', '-V', 'tree -V']) {
      const { stdout, ...rest } = await sexton(words)
      expect(rest).toEqual(quiet)
      expect(stdout).toMatch(/^sexton \d+\.\d+\.\d+\n$/)
    }
  })

  it.each([
    ['', "no command given: tree, doctor, run, exporter\nTry 'sexton --help'.\n"],
    ['tere', "unknown command 'tere'; did you mean 'tree'?"],
    ['help doktor', "unknown command 'doktor'; did you mean 'doctor'?"],
    ['frobnicate', "unknown command 'frobnicate'\n"],
    ['doktor', "unknown command 'doktor'; did you mean 'doctor'?"],
    ['--versoin', "unknown option '--versoin'; did you mean '--version'?"],
    ['tree --jsno', "unknown option '--jsno'; did you mean '--json'?"],
    ['tree one', "invalid PID 'one': expected a process id, for example 1"],
    ['tree 0', "invalid PID '0': "],
  ])('is explained on stderr after %j', async (words, message) => {
    const { code, stdout, stderr } = await sexton(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`sexton: ${message.startsWith('not') ? '' : message}`)
    expect(stderr).toContain(message)
  })
})

describe('Without the process', () => {
  it('it says so', async () => {
    const thread = readTasks(process.pid)?.find((tid) => tid !== process.pid)
    for (const [pid, message] of [
      ['4194304', 'no process 4194304'],
      [thread, `${thread} is a thread, not a process`],
    ]) {
      const outcome = await sexton(`tree ${pid}`)
      expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: `sexton: tree: ${message}\n` })
    }
  })

  it('it says what hides it', async () => {
    const mount = 'mount -t proc -o hidepid=invisible proc /proc && exec "$@"'
    const hidden = ['unshare', '--mount', 'sh', '-c', mount, 'sh', ...asNobody]
    const outcome = await sexton('tree', { prefix: hidden })
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toBe('sexton: tree: /proc does not show process 1 to this user\n')
    const empty = 'mount -t tmpfs none /proc && exec "$@"'
    const without = await sexton('tree', {
      prefix: ['unshare', '--mount', 'sh', '-c', empty, 'sh'],
    })
    expect(without).toMatchObject({ code: 1, stdout: '' })
    expect(without.stderr).toContain('/proc is not mounted')
  })
})

it.skipIf(lacks('ps'))('agrees with ps', async () => {
  const { processes } = await documentOf(`${process.pid}`)
  const ps = execFileSync('ps', ['-o', 'ppid=', '-p', String(process.pid)], { encoding: 'utf8' })
  expect(processes[0]?.ppid).toBe(Number(ps))
  expect(processes[0]?.name).toBe(readStat(process.pid)?.name)
})
