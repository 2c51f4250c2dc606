import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openProcess } from '../../lib/index.js'
import { eventually } from '../eventually.js'
import { lacksRoot } from '../needs.js'
import { asPid1, run } from '../program.js'
import { eventsOf, start, under } from './running.js'

// What SECURITY.md says of a command that means harm.

const python = (source: string) => ['python3', '-c', source]

describe('A hostile command', () => {
  it('cannot kill or stop pid1 from inside its PID namespace, nor by -1', async () => {
    const attack = 'kill -KILL 1; kill -STOP 1; kill -KILL -1; exit 5'
    const outcome = await run(under('sh', '-c', attack), { prefix: asPid1 })
    // `kill -1` spares who sends it, and PID 1.
    expect(outcome).toMatchObject({ code: 5, signal: null })
  })

  it.skipIf(lacksRoot())(
    'that runs as another user may neither signal pid1 nor look into it',
    async () => {
      const attack = `
import os
def refused(call):
    try: call()
    except PermissionError: return True
init = os.getppid()
print(refused(lambda: os.kill(init, 15)), refused(lambda: open(f'/proc/{init}/environ')),
      refused(lambda: open(f'/proc/{init}/mem', 'r+b')))`
      const user = ['-s', '--user-id', '65534', '--group-id', '65534']
      const outcome = await run(under(...user, ...python(attack)))
      expect(outcome).toMatchObject({ code: 0, stdout: 'True True True\n' })
    },
  )

  it('cannot stop pid1 by filling the standard error that they share', async () => {
    const script = `trap 'exit 9' TERM; head -c 200000 /dev/zero >&2 & echo ready; wait; sleep 1000 & wait`
    const fifo = join(directory(), 'fifo')
    await run(['mkfifo', fifo])
    // Opened for both, a FIFO needs no reader; nobody reads it.
    const deaf = ['sh', '-c', 'exec 2<>"$0" "$@"', fifo]
    const running = start([...deaf, ...under('-s', '-vv', '--grace', '0', 'sh', '-c', script)])
    await running.printed('ready')
    await eventually(() => expect(waitingIn(running.pid, 'pipe_write')).toBe(1))
    process.kill(running.pid, 'SIGTERM')
    expect(await running.ended).toMatchObject({ code: 9 })
  })

  it('has its name escaped, in messages and in events', async () => {
    const name = '\\x1b[2J\\n\\xc2\\x9b1m' // clears the screen, ends the line, changes the colour
    const script = `
import os, time
if os.fork() == 0:
    open('/proc/self/comm', 'wb').write(b'${name}')
    if os.fork() == 0: time.sleep(0.3)
    os._exit(0)
os.wait(); time.sleep(0.6)`
    for (const format of ['text', 'json']) {
      const options = ['-s', '-w', '--log-format', format, '--status-fd', '2']
      const { code, stderr } = await run(under(...options, ...python(script)))
      expect(code).toBe(0)
      expect(stderr).not.toMatch(/[^\n -~]/)
      expect(eventsOf(stderr)).toContainEqual(
        expect.objectContaining({ event: 'reaped', name: '\x1b[2J\n\x9b1m' }),
      )
    }
  })
})

describe('The death signal', () => {
  // Only root can make a program of another user's set-user-id; CI is root.
  it.runIf(process.getuid?.() === 0)('does not reach a set-user-id program', async () => {
    const program = join(directory(), 'sleep')
    await run(['install', '-m', '4755', '/usr/bin/sleep', program])
    const user = ['--user-id', '65534', '--child-death-signal', 'KILL']
    const inits = ['/usr/bin/sleep', program].map((file) =>
      start(under('-s', ...user, file, '1000')),
    )
    for (const { pid } of inits) {
      // The prologue has children too.
      await eventually(() => expect(nameOf(childOf(pid))).toBe('sleep\n'))
    }
    const children = inits.map(({ pid }) => openProcess(childOf(pid)))
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL')
      for (const child of children) child[Symbol.dispose]()
    })
    for (const { pid } of inits) process.kill(pid, 'SIGKILL')
    const [plain, escaped] = children
    await plain?.exited
    expect(escaped?.kill('SIGCONT')).toBe(true)
    escaped?.kill('SIGKILL')
    await Promise.all(inits.map(({ ended }) => ended))
  })
})

describe('--status-file', () => {
  it('follows a symbolic link: its folder must be its own', async () => {
    const [file, link] = [join(directory(), 'file'), join(directory(), 'link')]
    writeFileSync(file, 'precious\n')
    symlinkSync(file, link)
    await run(under('-s', '--status-file', link, 'true'))
    expect(readFileSync(file, 'utf8')).toMatch(/^precious\n\{"event":"started"/)
  })
})

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'sexton-hostile-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  chmodSync(path, 0o755) // for other users
  return path
}

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

const childOf = (pid: number) => childrenOf(pid)[0] ?? 0

const nameOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8')

/** How many processes below this one hang in that function of the kernel. */
function waitingIn(pid: number, call: string): number {
  const below = childrenOf(pid).flatMap((child) => [child, ...childrenOf(child)])
  return below.filter((child) => readFileSync(`/proc/${child}/wchan`, 'utf8').includes(call)).length
}
