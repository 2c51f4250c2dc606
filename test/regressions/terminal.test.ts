import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pid1, root, run } from '../program.js'

const shell = ['bash', '--norc', '--noprofile', '-i']

async function talk(turns: readonly (readonly [string, string])[], command: readonly string[]) {
  const driver = join(root, 'test', 'regressions', 'dialogue.py')
  const outcome = await run(['python3', driver, JSON.stringify(turns), ...command])
  return JSON.parse(outcome.stdout) as string[]
}

describe('pid1 as a job of a shell', () => {
  it('stops with its command on Ctrl-Z, and goes on with it', async () => {
    // The quotes keep the echo of what is typed from passing for the answer.
    const program = `sh -c 'echo rea""dy; read x; echo "got $x"'`
    const turns = [
      ['PS1="pro""mpt> "\n', 'prompt> '],
      [`${pid1} -s -- ${program}\n`, 'ready'],
      ['\x1a', 'prompt> '],
      ['jobs\n', 'Stopped'],
      ['fg\n', 'pid1'],
      ['word\n', 'got word'],
    ] as const
    expect(await talk(turns, shell)).toEqual(turns.map(([keys]) => keys))
  })

  it('passes Ctrl-C on once', async () => {
    const program = `sh -c 'n=0; trap "n=\\$((n+1)); echo in""t \\$n" INT; echo rea""dy; read x; read x; echo "sum $n"'`
    const turns = [
      [`${pid1} -s -- ${program}\n`, 'ready'],
      ['\x03', 'int 1'],
      ['word\nword\n', 'sum 1'],
    ] as const
    expect(await talk(turns, shell)).toEqual(turns.map(([keys]) => keys))
  })

  it('passes Ctrl-C on to a command that has left its group', async () => {
    // A handler that prints would fail if the signal came while `ready` is being printed.
    const program = `python3 -c 'import os, signal; os.setpgid(0, 0); signal.pthread_sigmask(signal.SIG_BLOCK, [2]); print("rea" + "dy"); signal.sigwait([2]); print("in" + "t")'`
    const turns = [
      [`${pid1} -s -- ${program}\n`, 'ready'],
      ['\x03', 'int'],
    ] as const
    expect(await talk(turns, shell)).toEqual(turns.map(([keys]) => keys))
  })

  it('does not spin where the terminal stops its background', async () => {
    // To write a warning there means SIGTTOU: tried again and again, it would be running for ever.
    const settled = 'while jobs %1 2>&1 | grep -q Running; do :; done; echo set""tled'
    const turns = [
      ['stty tostop\n', ''],
      [`${pid1} -s -- /no/such/file & ${settled}\n`, 'settled'],
    ] as const
    expect(await talk(turns, shell)).toEqual(turns.map(([keys]) => keys))
  })
})

/** A file in a folder that lasts as long as the test. */
function file(name: string, content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'sexton-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const inShell = (line: string, expected: string) => [`${line}\n`, expected] as const

async function expectAnswers(...turns: (readonly [keys: string, answer: string])[]) {
  expect(await talk(turns, shell)).toEqual(turns.map(([keys]) => keys))
}

const spawner = (program: string) => `
  import { spawn } from ${JSON.stringify(import.meta.resolve('sexton'))}
  const options = { stdio: 'inherit', processGroup: true, foreground: true }
  ${program}`

describe('a process group that others share', () => {
  const first = 'echo data; exec sleep 1000'
  const last = 'read a; echo "got $a"; read key </dev/tty; echo "the key is $key"'

  it.each([
    ['pid1', () => `${pid1} -s -- sh ${file('first.sh', first)}`],
    [
      'spawn',
      () => {
        const child = `await spawn('sh', ['-c', '${first}'], options).exited`
        return `node ${file('first.mjs', spawner(child))}`
      },
    ],
  ])('leaves the terminal to the rest of a pipeline: %s', async (_, command) => {
    const pipeline = `${command()} | sh ${file('last.sh', last)}`
    await expectAnswers(inShell(pipeline, 'got data'), ['word\n', 'the key is word'])
  })

  it('leaves the terminal to the script that has started pid1', async () => {
    const server = file('server.sh', 'echo started; exec sleep 1000')
    const script = `${pid1} -s -- sh ${server} & read x </dev/tty; echo "hello $x"; kill $!; wait`
    await expectAnswers(inShell(`sh ${file('script.sh', script)}`, 'started'), [
      'Bob\n',
      'hello Bob',
    ])
  })

  // Each part speaks when the one before has spoken. The signal that the first sends itself through pid1
  // comes after whatever pid1 has made of Ctrl-C.
  const part = `
import os, signal, sys
signals = [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
first = sys.argv[1] == 'first'
said = '' if first else sys.stdin.readline().strip()
print(said + 'ready' if first else said, flush=True)
got = signal.Signals(signal.sigwait(signals)).name
if first:
    os.kill(os.getppid(), signal.SIGUSR1)
    others = [signal.Signals(signal.sigwait(signals)).name]
    while 'SIGUSR1' not in others: others.append(signal.Signals(signal.sigwait(signals)).name)
    got = ' '.join([got] + others)
    print(got, flush=True)
else:
    print(sys.stdin.readline().strip() + ' ' + got, flush=True)`

  it.each([
    ['', 'SIGINT SIGUSR1 SIGINT SIGINT'],
    ['-r 2:15', 'SIGTERM SIGUSR1 SIGINT SIGINT'],
  ])('gets Ctrl-C whole, each part once: pid1 %s', async (words, answer) => {
    const path = file('part.py', part)
    const pipeline = `${pid1} -s ${words} -- python3 ${path} first | python3 ${path} second | python3 ${path} third`
    await expectAnswers(inShell(pipeline, 'ready'), ['\x03', answer])
  })
})

describe('a process group of its own', () => {
  const where = `
import os
own = os.getpgrp() == os.getpid()
has = os.tcgetpgrp(os.open('/dev/tty', os.O_RDWR)) == os.getpgrp()
print(f'own: {own}, foreground: {has}')`

  it.each([
    ['pid1', (path: string) => `${pid1} -s -- python3 ${path}`],
    [
      'spawn, with a child of its own in its group',
      (path: string) => {
        const program = `
          const helper = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] })
          await spawn('python3', ['${path}'], options).exited
          helper.stdin.end()`
        return `node ${file('spawner.mjs', spawner(program))}`
      },
    ],
  ])('gets the terminal where nobody else would lose it: %s', async (_, command) => {
    await expectAnswers(inShell(command(file('where.py', where)), 'own: True, foreground: True'))
  })
})

describe('a spawn in the foreground that fails', () => {
  it('gives the terminal back', async () => {
    const program = `
      import { readSync } from 'node:fs'
      await spawn('/no/such/file', [], options).exited.catch(() => {})
      console.log('read' + 'y')
      const line = Buffer.alloc(9)
      console.log('got', line.toString('latin1', 0, readSync(0, line)))`
    // As a job of a shell: it leads its group, so that the child does get the terminal first.
    const command = `node ${file('failing.mjs', spawner(program))}`
    await expectAnswers(inShell(command, 'ready'), ['word\n', 'got word'])
  })
})
