import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { help } from '../../lib/shim/help.js'
import { OPTIONS } from '../../lib/shim/options.js'
import { SHIMMY_OPTIONS } from '../../lib/shim/shimmy/options.js'
import { VERSION_TEXT } from '../../lib/shim/version.js'
import { readStat } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { since } from '../kernel.js'
import { TestClient } from '../lib/shim/attach-clients.js'
import { freePlace, killed, serverAt, serverOf } from '../lib/shim/servers.js'
import { endOf, linesOf, messageOf, startShimmy } from '../lib/shim/shimmy/shimmies.js'
import {
  at,
  exitCommand,
  exitOf,
  front,
  logOf,
  makeBundle,
  outputIn,
  type Shim,
  type ShimOptions,
  startShim,
} from '../lib/shim/shims.js'
import { temporaryFolder } from '../lib/system/folder.js'
import { sized } from '../pace.mjs'
import { run } from '../program.js'
import { start } from './running.js'

// Containers whose shims a server hosts, behind the front that a manager starts.

/** Starts a shim by a front, and waits until its container is there. */
async function hosted(server: string, options: ShimOptions = {}): Promise<Shim> {
  const shim = startShim({ server, ...options })
  expect(await shim.message(0)).toEqual({ data: shim.pid('pidfile') })
  return shim
}

/** A script that writes lines without a pause until there is a file `stop`, and says how many. */
const LINES = 'i=0; until [ -e stop ]; do i=$((i+1)); echo line $i; done; echo $i >count; exit 7'

function stop({ bundle }: Shim): void {
  writeFileSync(join(bundle, 'stop'), '')
}

/** Expects that each line is in the log once, and in order. */
function expectWhole(shim: Shim): void {
  const count = Number(shim.read('count'))
  const lines = Array.from({ length: count }, (_, i) => `line ${i + 1}\n`)
  expect(outputIn(logOf(shim))).toBe(lines.join(''))
}

describe('A front', () => {
  const ask = async (...words: string[]) => {
    const { code, stdout } = await run([front, ...words], { env: at('/nonexistent/socket') })
    return { code, stdout }
  }

  it('answers questions without a server', async () => {
    const version = await ask('--compat', 'conmon', '--version')
    expect(version).toEqual({ code: 0, stdout: VERSION_TEXT })
    const conmon = await ask('--compat', 'conmon', '--help')
    expect(conmon).toEqual({ code: 0, stdout: help('conmon', OPTIONS) })
    const shimmy = await ask('--compat', 'shimmy', '-h')
    expect(shimmy).toEqual({ code: 0, stdout: help('shimmy', SHIMMY_OPTIONS) })
  })

  it('says what the server says of its options, and has its exit code', async () => {
    const shim = startShim({ server: freePlace(), options: ['--nosuch'] })
    const stderr = 'conmon: option parsing failed: Unknown option --nosuch\n'
    expect(await shim.foreground).toEqual({ code: 1, stderr })
    expect(shim.told()).toBe('')
  })

  it('says that there can be no server', async () => {
    const shim = startShim({ server: '/nonexistent/socket' }, makeBundle())
    const stderr = 'sexton-shim: no server can be reached at /nonexistent/socket\n'
    expect(await shim.foreground).toEqual({ code: 1, stderr })
  })

  it('waits for the container in the foreground, if that is asked for', async () => {
    const shim = startShim({ server: freePlace(), script: 'exit 9', options: ['--sync'] })
    expect(await shim.foreground).toEqual({ code: 9, stderr: '' })
  })
})

describe('A server', () => {
  it('hosts many containers, and ends with the last', async () => {
    const server = freePlace()
    const count = sized(10, 4)
    const script = 'echo out; echo err >&2; read x; exit "$x"'
    const shims = await Promise.all(
      Array.from({ length: count }, () => hosted(server, { script, options: ['-i'] })),
    )
    expect(new Set(shims.map(serverOf)).size).toBe(1)
    const [pid] = shims.map(serverOf) as [number]
    for (const [i, shim] of shims.entries()) {
      await new TestClient(shim.bundle).write(Buffer.from(`${i}\n`))
      expect(await exitOf(shim)).toBe(String(i))
      expect(logOf(shim).split('\n').sort()).toEqual(['', 'stderr F err', 'stdout F out'])
    }
    await eventually(() => expect(readStat(pid)?.state ?? 'Z').toBe('Z'))
    expect(readdirSync(`${server}.held`)).toEqual([])
  })

  it('stays, if it was not started by a front, and is the only one', async () => {
    const server = join(temporaryFolder(), 'socket')
    const serving = start([front, 'serve', server])
    // Before that, the front of the container would start a server of its own.
    await eventually(() => expect(existsSync(server)).toBe(true))
    const shim = await hosted(server, { script: 'until [ -e stop ]; do sleep 0.02; done; exit 3' })
    expect(serverOf(shim)).toBe(serving.pid)
    stop(shim)
    expect(await exitOf(shim)).toBe('3')
    const { code, stderr } = await run([front, 'serve', server])
    expect(code).toBe(1)
    expect(stderr).toBe(`sexton-shim: there is another server at ${server}\n`)
    const next = await hosted(server, { script: 'exit 4' })
    expect(await exitOf(next)).toBe('4')
    process.kill(serving.pid, 'SIGTERM')
    expect(await serving.ended).toMatchObject({ signal: 'SIGTERM' })
  })

  it('keeps no descriptor of a container that has ended, or was refused', async () => {
    const server = join(temporaryFolder(), 'socket')
    const serving = start([front, 'serve', server])
    await eventually(() => expect(existsSync(`${server}.held`)).toBe(true))
    const failing = makeBundle()
    writeFileSync(join(failing, 'failure'), 'failed')
    const round = async () => {
      const kinds: ShimOptions[] = [
        ...[{ options: ['-t'] }, { options: ['-i', '--syslog'] }],
        { exec: true, options: ['--exec-attach'] },
      ]
      for (const kind of kinds) {
        const shim = startShim({ server, script: 'exit 3', ...kind })
        if (kind.exec) shim.begin()
        expect(await exitOf(shim)).toBe('3')
        await shim.ended
      }
      const refused = startShim({ server, options: ['-l', '/nonexistent/log'] })
      expect((await refused.foreground).code).toBe(1)
      const failed = startShim({ server }, failing)
      expect(await failed.message(0)).toMatchObject({ data: -1 })
      await failed.ended
    }
    await round()
    const open = () => readdirSync(`/proc/${serving.pid}/fd`).length
    let before = 0
    await eventually(() => {
      expect(readdirSync(`${server}.held`)).toEqual([])
      before = open()
    })
    for (let i = 0; i < sized(3, 2); i += 1) await round()
    await eventually(() => expect(open()).toBeLessThanOrEqual(before))
    process.kill(serving.pid, 'SIGTERM')
    await serving.ended
  })

  it('passes signals on, which the keeper of a container gets', async () => {
    const shim = await hosted(freePlace(), { script: 'exec sleep 1000' })
    process.kill(shim.pid('conmon.pid'), 'SIGTERM')
    expect(await exitOf(shim)).toBe('143')
  })

  it('hosts shimmies beside', async () => {
    const shim = startShimmy({ server: freePlace() })
    writeFileSync(join(shim.bundle, 'container.sh'), '')
    expect(await messageOf(shim)).toEqual({ kind: 'container_pid', pid: shim.pid('pidfile') })
    expect(await endOf(shim)).toEqual({ reason: 'exited', exitCode: 0 })
    expect(await linesOf(shim)).toEqual([])
  })
})

describe('A container whose server is killed', () => {
  it('goes on with the next server, and no line is lost', async () => {
    const server = freePlace()
    const shim = await hosted(server, { script: LINES, options: exitCommand('echo >cleaned') })
    for (let i = 0; i < sized(5, 2); i += 1) {
      const before = shim.read('ctr.log').length
      await eventually(() => expect(shim.read('ctr.log').length).toBeGreaterThan(before + 10_000))
      const container = readFileSync(`/proc/${shim.pid('conmon.pid')}/comm`, 'utf8')
      expect(container).toBe('conmon\n')
      await killed(serverAt(server) as number)
      const other = await hosted(server, { script: 'exit 0' })
      expect(await exitOf(other)).toBe('0')
    }
    stop(shim)
    expect(await exitOf(shim)).toBe('7')
    expectWhole(shim)
    await shim.written('cleaned')
  })

  it('is ended by its keeper if no server comes', async () => {
    const server = freePlace()
    const shim = await hosted(server, { script: LINES, options: exitCommand('echo >cleaned') })
    await eventually(() => expect(shim.read('ctr.log').length).toBeGreaterThan(10_000))
    await killed(serverOf(shim))
    rmSync(server)
    stop(shim)
    expect(await exitOf(shim)).toBe('7')
    expectWhole(shim)
    await shim.written('cleaned')
  })

  it('of shimmy is ended in its forms', async () => {
    const server = freePlace()
    const bundle = makeBundle(
      'echo out; until [ -e stop ]; do sleep 0.02; done; printf half; exit 5',
      server,
    )
    const shim = startShimmy({ server }, bundle)
    await messageOf(shim)
    await eventually(() => expect(shim.read('ctr.log')).toContain('out'))
    await killed(serverOf(shim))
    rmSync(server)
    stop(shim)
    expect(await endOf(shim)).toEqual({ reason: 'exited', exitCode: 5 })
    expect(await linesOf(shim)).toEqual(['stdout out', 'stdout half'])
  })

  it('tells the code of an exec session, too', async () => {
    const server = freePlace()
    const shim = await hosted(server, {
      exec: true,
      script: 'until [ -e stop ]; do sleep 0.02; done; exit 5',
    })
    await killed(serverOf(shim))
    rmSync(server)
    stop(shim)
    expect(await shim.message(1)).toEqual({ data: 5 })
  })

  it('is killed by the next server when its time is over', async () => {
    const server = freePlace()
    const shim = await hosted(server, { script: 'exec sleep 1000', options: ['--timeout', '1'] })
    await killed(serverOf(shim))
    const other = await hosted(server, { script: 'exit 0' })
    expect(await exitOf(other)).toBe('0')
    expect(await exitOf(shim)).toBe('-1')
  })

  it('tells the pid of an exec session once, and its code', async () => {
    const server = freePlace()
    const shim = await hosted(server, {
      exec: true,
      script: 'until [ -e stop ]; do sleep 0.02; done; exit 5',
    })
    await killed(serverOf(shim))
    const other = await hosted(server, { script: 'exit 0' })
    expect(await exitOf(other)).toBe('0')
    stop(shim)
    expect(await shim.message(1)).toEqual({ data: 5 })
    await shim.ended
    expect(shim.messages()).toHaveLength(2)
  })
})

describe('A container whose keeper is killed', () => {
  const WAITING = 'until [ -e stop ]; do sleep 0.02; done'

  it('has its exit code, and its output until then', async () => {
    const script = `echo before; ${WAITING}; echo after; exit 9`
    const shim = await hosted(freePlace(), { script, options: exitCommand('echo >cleaned') })
    await killed(shim.pid('conmon.pid'))
    await eventually(() => expect(logOf(shim)).toContain('before'))
    expect(existsSync(join(shim.bundle, 'exits/c0ffee'))).toBe(false)
    stop(shim)
    expect(await exitOf(shim)).toBe('9')
    expect(logOf(shim)).toBe('stdout F before\nstdout F after\n')
    await shim.written('cleaned')
  })

  it('has it, too, if it is killed at the same time', async () => {
    const server = freePlace()
    for (let i = 0; i < sized(10, 3); i += 1) {
      const shim = await hosted(server, { script: 'exec sleep 1000' })
      const pids = [shim.pid('conmon.pid'), shim.pid('pidfile')]
      for (const pid of i % 2 === 0 ? pids : pids.reverse()) process.kill(pid, 'SIGKILL')
      expect(await exitOf(shim)).toBe('137')
    }
  })

  it('tells the code of an exec session', async () => {
    const shim = await hosted(freePlace(), { exec: true, script: `${WAITING}; exit 5` })
    await killed(shim.pid('conmon.pid'))
    stop(shim)
    expect(await shim.message(1)).toEqual({ data: 5 })
    await shim.ended
  })

  it('is killed when its time is over', async () => {
    const options = ['--timeout', '1']
    const shim = await hosted(freePlace(), { script: 'exec sleep 1000', options })
    await killed(shim.pid('conmon.pid'))
    expect(await exitOf(shim)).toBe('-1')
  })

  it('has its code from the kernel, if its server is the second', async () => {
    const server = freePlace()
    const shim = await hosted(server, { script: `${WAITING}; exit 9` })
    await killed(serverOf(shim))
    const other = await hosted(server, { script: 'exit 0' })
    expect(await exitOf(other)).toBe('0')
    const keeper = shim.pid('conmon.pid')
    await killed(keeper)
    stop(shim)
    if (since(6, 15)) {
      expect(await exitOf(shim)).toBe('9')
    } else {
      expect(await exitOf(shim)).toBe('255')
      expect(logOf(shim)).toContain(`the keeper ${keeper} of a container has ended`)
    }
  })

  it('is not made, if that is while the runtime works', async () => {
    const server = freePlace()
    const bundle = makeBundle('exec sleep 1000', server)
    writeFileSync(join(bundle, 'slow'), '') // the runtime has written the pid, and goes on
    const shim = startShim({ server }, bundle)
    await eventually(() => expect(shim.pid('pidfile')).toBeGreaterThan(0))
    const [keeper, container] = [shim.pid('conmon.pid'), shim.pid('pidfile')]
    await killed(keeper)
    const message = `the keeper ${keeper} of a container has ended before the container`
    expect(await shim.message(0)).toEqual({ data: -1, message })
    await shim.ended
    expect(readStat(container)?.state ?? 'Z').toBe('Z')
  })
})
