import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { HeldContainer } from '../../../lib/keeper/held-container.js'
import { Stage } from '../../../lib/shim/stage.js'
import { closeDescriptor, makePipe, moveToPipe } from '../../../lib/system/descriptors.js'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { failure } from '../../inside.js'
import { sized } from '../../pace.mjs'
import { temporaryFolder } from '../system/folder.js'
import { makePlan } from './hold-plan.js'
import { adopt, end, type Hold, startHold } from './holds.js'

const { SIGKILL, SIGTERM, SIGHUP } = constants.signals
const { EBUSY, ECONNREFUSED } = constants.errno

const ignore = () => {}

/** Lets a container run, and gives its pid. */
async function run({ container, read }: Hold): Promise<number> {
  await container.create(ignore)
  expect(container.container).toBe(Number(read('pidfile')))
  return container.container as number
}

/** Reads what a stream has. */
function piece(fd: number | undefined): string {
  const buffer = Buffer.alloc(100)
  return buffer.toString('utf8', 0, readSync(fd as number, buffer))
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00 /gm

describe('The keeper of a container', () => {
  it('runs the runtime, and takes the status of what it leaves', async () => {
    await using hold = startHold({ script: 'echo out; echo err >&2; exit 3' })
    const { container } = hold
    expect(container.runtime).toBe('waiting')
    const pid = await run(hold)
    expect(await container.exitOf(pid)).toMatchObject({ pid, code: 3 })
    expect(piece(container.streams.stdout)).toBe('out\n')
    expect(piece(container.streams.stderr)).toBe('err\n')
  })

  it('runs the exit command when it is released', async () => {
    await using hold = startHold({ script: 'exit 3' })
    const { container } = hold
    await container.exitOf(await run(hold))
    container.manager.advance(3)
    container.release()
    expect(await hold.written('cleaned')).toBe(' hello')
    await container.gone
    await eventually(() => expect(readStat(container.keeper)).toBeUndefined())
    expect(existsSync(hold.plan.socket)).toBe(false)
  })

  it('passes the end of the input on, when it is told', async () => {
    await using hold = startHold({ script: 'cat; exit 6' })
    const { container } = hold
    const pid = await run(hold)
    writeSync(container.streams.stdin as number, 'all')
    container.closeInput()
    expect(await container.exitOf(pid)).toMatchObject({ code: 6 })
    expect(piece(container.streams.stdout)).toBe('all')
  })

  it('says why the runtime could not be started', async () => {
    const runtime = { file: '/no/such/runtime', args: [], options: {} }
    await using hold = startHold({ runtime })
    expect(await failure(hold.container.create(ignore))).toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      syscall: 'execve',
      path: '/no/such/runtime',
    })
    hold.container.release()
    expect(await hold.written('cleaned')).toBe(' hello')
  })

  it('knows a process that is not its child', async () => {
    await using hold = startHold({ making: 'printf 1 >pidfile; exit 1' })
    expect(await hold.container.create(ignore)).toMatchObject({ code: 1 })
    expect(hold.container.container).toBeUndefined()
    expect(await failure(hold.container.exitOf(1))).toMatchObject({ code: 'ERR_SYSTEM', pid: 1 })
  })

  it('stands by in little memory, and never wakes up', async () => {
    await using hold = startHold({ script: 'exec sleep 1000' })
    await run(hold)
    const { keeper } = hold.container
    await eventually(() => expect(readStat(keeper)?.state).toBe('S'))
    const before = switchesOf(keeper)
    const [, rss] =
      /^Rss: +(\d+) kB$/m.exec(readFileSync(`/proc/${keeper}/smaps_rollup`, 'utf8')) ?? []
    // With another C library than musl it is larger.
    const isSmall = statSync(`/proc/${keeper}/exe`).size <= 100_000
    expect(Number(rss)).toBeLessThanOrEqual(isSmall ? 100 : 800)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(switchesOf(keeper)).toBe(before)
  })

  it('keeps many containers apart', async () => {
    const codes = Array.from({ length: sized(40, 10) }, (_, i) => i)
    const ends = codes.map(async (code) => {
      await using hold = startHold({ script: `exit ${code}` })
      return (await hold.container.exitOf(await run(hold))).code
    })
    expect(await Promise.all(ends)).toEqual(codes)
  })
})

const switchesOf = (pid: number) =>
  readFileSync(`/proc/${pid}/status`, 'utf8')
    .match(/^\w*voluntary_ctxt_switches:.*$/gm)
    ?.join()

describe('A signal to the keeper of a container', () => {
  it('goes to the container', async () => {
    await using hold = startHold({ script: 'trap "exit 9" TERM; echo; while :; do read _; done' })
    const { container } = hold
    const pid = await run(hold)
    await eventually(() => expect(piece(container.streams.stdout)).toBe('\n'))
    process.kill(container.keeper, SIGHUP) // which does nothing
    process.kill(container.keeper, SIGTERM)
    expect(await container.exitOf(pid)).toMatchObject({ code: 9 })
  })

  it('goes to the runtime, and to the container that comes of it', async () => {
    // A shell's background would lose a signal that comes before its exec.
    const start = 'sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done'
    const wait = 'trap "got=1" TERM; echo; while [ -z "$got" ]; do sleep 0.01; done'
    const making = `${start}; ${wait}; printf %s $! >pidfile`
    await using hold = startHold({ making })
    const { container } = hold
    const made = container.create(ignore)
    await eventually(() => expect(piece(container.streams.stdout)).toBe('\n'))
    process.kill(container.keeper, SIGTERM)
    expect(await made).toMatchObject({ code: 0 })
    const exited = container.exitOf(container.container as number)
    expect(await exited).toMatchObject({ signal: 'SIGTERM' })
  })
})

describe('The terminal of a container', () => {
  const runtime = fileURLToPath(new URL('../../fixtures/oci-runtime.py', import.meta.url))

  /** Starts a container on a terminal. */
  function startOnTerminal(script: string): Hold {
    const console = join(temporaryFolder(), 'tty')
    const words = `--bundle . --pid-file pidfile --console-socket ${console}`
    return startHold({ making: `exec python3 ${runtime} create ${words} id`, script, console })
  }

  it('comes from the runtime, and again for each server', async () => {
    await using hold = startOnTerminal('read line; echo "<$line>"; exit 2')
    let terminals = 0
    const onTerminal = () => {
      terminals += 1
    }
    await hold.container.create(onTerminal)
    expect(terminals).toBe(1)
    hold.container.disconnect()
    const next = await adopt(hold.plan)
    await next.create(onTerminal)
    expect(terminals).toBe(2)
    const { stdin, stdout } = next.streams
    expect(stdin).toBe(stdout)
    writeSync(stdin as number, 'hi\n')
    expect(await next.exitOf(next.container as number)).toMatchObject({ code: 2 })
    expect(piece(stdout)).toContain('<hi>\r\n')
    await end(next)
  })

  it('passes output on by the stage, also what an earlier server moved', async () => {
    await using hold = startOnTerminal('echo one; read _; echo two')
    const { container, plan } = hold
    await container.create(ignore)
    const relay = openSync(`/proc/self/fd/${container.fd('relay')}`, 'w')
    await eventually(() => {
      expect(moveToPipe(container.streams.stdout as number, relay, 100)).toBe(5)
    })
    closeSync(relay)
    container.disconnect()
    const next = await HeldContainer.adopt(plan.socket)
    await next.create(ignore)
    writeSync(next.streams.stdin as number, '\n')
    await next.exitOf(next.container as number)
    const stage = new Stage(next.fd('stage') as number)
    const [terminal, from] = [next.streams.stdout as number, next.fd('relay') as number]
    let text = ''
    await eventually(() => {
      const taken = stage.takeFromTerminal(terminal, from, 100, [])
      if (typeof taken !== 'string') text += taken
      expect(taken).toBe('hung up')
    })
    expect(text).toBe('one\r\n\r\ntwo\r\n')
    stage.close()
    await end(next)
  })

  it('is read to its end by the keeper if no server comes', async () => {
    await using hold = startOnTerminal('echo out; exit 8')
    await hold.container.create(ignore)
    hold.container.disconnect()
    expect(await hold.written('cleaned')).toBe('8 hello')
    expect(hold.read('log').replaceAll(TIME, '')).toBe('stdout F out\r\n')
  })
})

describe('The manager of a container', () => {
  // Bytes of a text that goes in several pieces.
  const LONG = 30_000

  it('hears what the servers tell once, in whole pieces', async () => {
    const { read, write } = makePipe('read')
    await using hold = startHold({ script: 'exec sleep 1000', manager: write })
    const told = await run(hold)
    void hold.container.manager.tell(1, `${told}\n`)
    hold.container.disconnect()
    const next = await adopt(hold.plan)
    await next.manager.tell(1, 'again\n')
    await next.manager.tell(2, 'x'.repeat(LONG))
    await end(next)
    closeDescriptor(write)
    expect(next.manager.progress).toBe(2)
    // The keeper has the pipe for a moment longer.
    const heard = await text(new Socket({ fd: read }))
    expect(heard).toBe(`${told}\n${'x'.repeat(LONG)}`)
  })

  it('is not taken to have heard what a killed keeper has not confirmed', async () => {
    await using hold = startHold({ script: 'exec sleep 1000' })
    await run(hold)
    const { container } = hold
    process.kill(container.keeper, 'SIGSTOP')
    const told = container.manager.tell(1, 'never written')
    process.kill(container.keeper, 'SIGKILL')
    await expect(told).rejects.toMatchObject({ code: 'ERR_SYSTEM', pid: container.keeper })
    expect(String(container.manager.untold())).toBe('never written')
    await expect(container.manager.tell(1, 'too late')).rejects.toMatchObject({
      code: 'ERR_SYSTEM',
    })
    expect(String(container.manager.untold())).toBe('too late')
    expect(container.manager.progress).toBe(0)
  })

  it('gets each byte once if its keeper is killed while it tells', async () => {
    const { read, write } = makePipe('read')
    await using hold = startHold({ script: 'exec sleep 1000', manager: write })
    await run(hold)
    const { container } = hold
    const before = 'x'.repeat(55_000)
    writeSync(write, before)
    const text = Array.from({ length: LONG / 6 }, (_, i) => `${String(i).padStart(5, '0')}\n`).join(
      '',
    )
    const told = container.manager.tell(1, text)
    // It waits for room in the pipe.
    const draft = container.fd('draft')
    const position = () =>
      Number(/^pos:\t(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${draft}`, 'utf8'))?.[1])
    await eventually(() => expect(position()).toBeGreaterThan(0))
    process.kill(container.keeper, 'SIGKILL')
    await expect(told).rejects.toMatchObject({ code: 'ERR_SYSTEM' })
    const room = Buffer.alloc(1 << 17)
    const heard = room.toString('latin1', 0, readSync(read, room))
    expect(heard.length).toBeGreaterThan(before.length)
    expect(`${heard}${container.manager.untold()}`).toBe(before + text)
    closeDescriptor(read)
  })

  it('that does not read gets no more, and the container goes on', async () => {
    const { read, write } = makePipe('write')
    await using hold = startHold({ script: 'read x; exit 3', manager: write })
    const pid = await run(hold)
    expect(() => writeSync(write, Buffer.alloc(1 << 20)) && writeSync(write, 'x')).toThrow('EAGAIN')
    hold.container.manager.tell(2, 'unheard')
    hold.container.closeInput()
    expect(await hold.container.exitOf(pid)).toMatchObject({ code: 3 })
    closeDescriptor(read)
  })
})

describe('A server that comes later', () => {
  it('adopts what the first one has left', async () => {
    await using hold = startHold({ script: 'read line; echo "$line"; exit 4' })
    const { container, plan } = hold
    const pid = await run(hold)
    container.manager.advance(1)
    writeSync(container.fd('notes') as number, 'a note')
    container.disconnect()
    const next = await HeldContainer.adopt(plan.socket)
    expect(await next.create(ignore)).toMatchObject({ code: 0 })
    expect(next.manager.progress).toBe(1)
    expect(next).toMatchObject({ runtime: 'exited', container: pid })
    expect(next.keeper).toBe(container.keeper)
    const note = Buffer.alloc(6)
    readSync(next.fd('notes') as number, note, 0, 6, 0)
    expect(`${note}`).toBe('a note')
    writeSync(next.streams.stdin as number, 'hi\n')
    expect(await next.exitOf(pid)).toMatchObject({ code: 4 })
    await end(next)
  })

  it('is told of the first one while that lives', async () => {
    await using hold = startHold({ script: 'exec sleep 1000' })
    await run(hold)
    const refused = await failure(HeldContainer.adopt(hold.plan.socket))
    expect(refused).toMatchObject({ code: 'ERR_SYSTEM', errno: EBUSY, pid: process.pid })
  })

  it('leaves no descriptor in the keeper', async () => {
    await using hold = startHold({ script: 'exec sleep 1000' })
    await run(hold)
    const { keeper } = hold.container
    const before = readdirSync(`/proc/${keeper}/fd`).length
    hold.container.disconnect()
    for (let i = 0; i < 20; i += 1) (await HeldContainer.adopt(hold.plan.socket)).disconnect()
    const last = await adopt(hold.plan)
    expect(readdirSync(`/proc/${keeper}/fd`).length).toBe(before)
    await end(last)
  })
})

describe('The keeper of a container without a server', () => {
  it('writes the end, and cleans up', async () => {
    await using hold = startHold({ script: 'echo out; printf err >&2; exit 5' })
    await run(hold)
    hold.container.disconnect()
    expect(await hold.written('cleaned')).toBe('5 hello')
    expect(hold.read('exit.too')).toBe('5')
    expect(hold.read('log').replaceAll(TIME, '')).toBe('stdout F out\nstderr P err\n')
    expect(readdirSync(hold.folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(existsSync(hold.plan.socket)).toBe(false)
  })

  it('writes anew what a server had not finished', async () => {
    await using hold = startHold({ script: 'printf "one\\ntwo\\nthree\\n"; kill -TERM $$' })
    const { container, plan, folder } = hold
    const [log] = plan.logs as [string]
    appendFileSync(log, 'before\n')
    const { size, ino: inode } = statSync(log)
    await container.exitOf(await run(hold))
    const stage = new Stage(container.fd('stage') as number)
    const { stdout } = container.streams
    expect(`${stage.take('stdout', stdout as number, 7, [{ size, inode }])}`).toBe('one\ntwo')
    appendFileSync(log, 'a torn rec')
    container.disconnect()
    expect(await hold.written('cleaned')).toBe('143 hello')
    const text = 'before\nstdout F one\nstdout P two\nstdout F \nstdout F three\n'
    expect(readFileSync(join(folder, 'log'), 'utf8').replaceAll(TIME, '')).toBe(text)
  })

  it('writes no exit file if the manager has heard of the end', async () => {
    await using hold = startHold({ script: 'exit 5' })
    await hold.container.exitOf(await run(hold))
    hold.container.manager.advance(3)
    hold.container.disconnect()
    expect(await hold.written('cleaned')).toBe(' hello')
    expect(existsSync(hold.plan.exitFiles[0] as string)).toBe(false)
  })

  it('writes the exit file if the manager has heard the code alone', async () => {
    await using hold = startHold({ script: 'exit 5' })
    await hold.container.exitOf(await run(hold))
    hold.container.manager.advance(2)
    hold.container.disconnect()
    expect(await hold.written('cleaned')).toBe('5 hello')
  })

  it('ends if nothing was started', async () => {
    await using hold = startHold()
    hold.container.disconnect()
    await eventually(() => expect(readStat(hold.container.keeper)).toBeUndefined())
    expect(readdirSync(hold.folder)).toEqual(['container.sh'])
  })
})

describe('A keeper of a container that is killed', () => {
  it('is told of, and leaves the streams', async () => {
    await using hold = startHold({ script: 'read line; echo "$line"' })
    const { container } = hold
    const exited = failure(container.exitOf(await run(hold)))
    process.kill(container.keeper, SIGKILL)
    const message = `the keeper ${container.keeper} of a container has ended before the container`
    expect(await container.lost).toMatchObject({ code: 'ERR_SYSTEM', message })
    expect(await exited).toMatchObject({ message })
    writeSync(container.streams.stdin as number, 'still here\n')
    await eventually(() => expect(piece(container.streams.stdout)).toBe('still here\n'))
    // Until then it may still listen, although its connection has ended.
    await eventually(() => expect(readStat(container.keeper)?.state ?? 'Z').toBe('Z'))
    const refused = await failure(HeldContainer.adopt(hold.plan.socket))
    expect(refused).toMatchObject({ errno: ECONNREFUSED })
  })
})

describe('The plan of a container', () => {
  it('is refused if it is not valid, and nothing remains', () => {
    const folder = temporaryFolder()
    const before = readdirSync('/proc/self/fd').length
    const { plan, closeEnds } = makePlan(folder)
    const refused = (change: object) => () => HeldContainer.start({ ...plan, ...change })
    expect(refused({ pidfile: 'pidfile' })).toThrow(TypeError)
    expect(refused({ patience: -1 })).toThrow(RangeError)
    expect(refused({ logs: ['/1', '/2', '/3', '/4'] })).toThrow(RangeError)
    expect(refused({ socket: '/no/such/folder/socket' })).toThrow(/ENOENT/)
    closeEnds()
    expect(readdirSync(folder)).toEqual(['container.sh'])
    expect(readdirSync('/proc/self/fd').length).toBe(before + 3) // those in `held`
  })
})
