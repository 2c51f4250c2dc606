import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeDescriptor } from '../../lib/system/descriptors.js'
import { readStat } from '../../lib/system/proc.js'
import { connectSocket, openSocket } from '../../lib/system/unix-socket.js'
import { eventually } from '../eventually.js'
import { freePlace, killed, serverAt } from '../lib/shim/servers.js'
import { exitOf, front, type Shim, startShim } from '../lib/shim/shims.js'
import { temporaryFolder } from '../lib/system/folder.js'
import { start } from './running.js'

// Servers that cannot work: stopped, killed in the middle, without a free descriptor.

/** A server that stays, until the end of the scope. */
async function served(prefix: readonly string[] = []) {
  const server = join(temporaryFolder(), 'socket')
  const { pid, ended } = start([...prefix, front, 'serve', server])
  await eventually(() => expect(existsSync(`${server}.held`)).toBe(true))
  return {
    ...{ server, pid },
    [Symbol.asyncDispose]: async () => {
      process.kill(pid, 'SIGKILL')
      await ended
    },
  }
}

const stopped = (pid: number) => {
  process.kill(pid, 'SIGSTOP')
  return eventually(() => expect(readStat(pid)?.state).toBe('T'))
}

/** Whether the runtime was started. */
const isBegun = ({ bundle }: Shim) => existsSync(join(bundle, 'words'))

describe('A front whose server is stopped', () => {
  it('says so, and nothing is made when the server goes on', async () => {
    await using serving = await served()
    const { server, pid } = serving
    await stopped(pid)
    const shim = startShim({ server })
    const stderr = `sexton-shim: the server is stopped, and SIGCONT continues it: ${server}\n`
    expect(await shim.foreground).toEqual({ code: 1, stderr })
    process.kill(pid, 'SIGCONT')
    await shim.ended
    const next = startShim({ server, script: 'exit 3' })
    expect(await exitOf(next)).toBe('3')
    expect(isBegun(shim)).toBe(false)
    await eventually(() => expect(readdirSync(`${server}.held`)).toEqual([]))
  })

  it('gets its container from the server if that goes on in time', async () => {
    await using serving = await served()
    const { server, pid } = serving
    await stopped(pid)
    const shim = startShim({ server, script: 'exit 3' })
    // The front sleeps in poll(2).
    await eventually(() => expect(readStat(shim.program)?.state).toBe('S'))
    process.kill(pid, 'SIGCONT')
    expect(await shim.foreground).toEqual({ code: 0, stderr: '' })
    expect(await exitOf(shim)).toBe('3')
  })

  it('goes on with the next one if it is killed', async () => {
    const server = freePlace()
    const first = startShim({ server, script: 'exec sleep 1000' })
    await first.message(0)
    const pid = serverAt(server) as number
    await stopped(pid)
    const shims = [false, true].map((exec) => startShim({ server, script: 'exit 3', exec }))
    for (const { program } of shims) {
      await eventually(() => expect(readStat(program)?.state).toBe('S'))
    }
    await killed(pid)
    for (const [i, shim] of shims.entries()) {
      expect(await shim.message(0)).toEqual({ data: shim.pid('pidfile') })
      expect(await exitOf(shim)).toBe('3')
      await shim.ended
      expect(shim.messages()).toHaveLength(i + 1)
    }
    process.kill(first.pid('conmon.pid'), 'SIGTERM')
    expect(await exitOf(first)).toBe('143')
  })
})

describe('A server without free descriptors', () => {
  // Fewer than Node and a few containers need.
  const LIMIT = 120
  const LIMITED = ['sh', '-c', `ulimit -n ${LIMIT}; exec "$@"`, 'sh']
  const script = 'read x; echo "$x"; exit 7'
  const full = 'the server has no free descriptors for another container (RLIMIT_NOFILE)\n'

  it('refuses a container, and the others go on', async () => {
    await using serving = await served(LIMITED)
    const { server } = serving
    const shims: Shim[] = []
    for (;;) {
      const shim = startShim({ server, script, options: ['-i'], prefix: LIMITED })
      const { code, stderr } = await shim.foreground
      if (code !== 0) {
        expect({ code, stderr }).toEqual({ code: 1, stderr: `conmon: ${full}` })
        await shim.ended
        expect(isBegun(shim)).toBe(false)
        break
      }
      await shim.message(0)
      shims.push(shim)
      expect(shims.length).toBeLessThan(LIMIT)
    }
    expect(shims.length).toBeGreaterThan(1)
    for (const shim of shims) {
      process.kill(shim.pid('conmon.pid'), 'SIGTERM')
      expect(await exitOf(shim)).toBe('143')
    }
    const next = startShim({ server, script: 'exit 3', prefix: LIMITED })
    expect(await exitOf(next)).toBe('3')
  })

  it('says so to a front, rests, and serves the containers on', async () => {
    await using serving = await served(LIMITED)
    const { server, pid } = serving
    const shim = startShim({ server, script: 'exec sleep 1000', prefix: LIMITED })
    await shim.message(0)
    const fds: number[] = []
    onTestFinished(() => fds.forEach(closeDescriptor))
    const open = () => readdirSync(`/proc/${pid}/fd`).length
    for (let i = 0; i < LIMIT; i += 1) {
      const fd = openSocket('seqpacket')
      fds.push(fd)
      connectSocket(fd, server)
    }
    // All but the spare one, which takes each further front.
    await eventually(() => expect(open()).toBeGreaterThanOrEqual(LIMIT - 1))
    const refused = startShim({ server, prefix: LIMITED })
    expect(await refused.foreground).toEqual({ code: 1, stderr: `sexton-shim: ${full}` })
    const before = ticksOf(pid)
    process.kill(shim.pid('conmon.pid'), 'SIGTERM')
    expect(await exitOf(shim)).toBe('143')
    await shim.ended
    expect(ticksOf(pid) - before).toBeLessThan(50)
  })
})

/** Hundredths of a second of processor time. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return Number(fields[11]) + Number(fields[12])
}
