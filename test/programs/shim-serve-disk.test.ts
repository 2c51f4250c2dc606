import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../eventually.js'
import { freePlace, killed, serverOf } from '../lib/shim/servers.js'
import { exitCommand, logOf, outputIn, type Shim, startShim } from '../lib/shim/shims.js'
import { lacksRoot } from '../needs.js'

// Containers of a server whose disk is full: that of the exit file and of a second log. It is in a mount namespace, and so
// are the front, the server, the keeper and the container.

const FULL = [
  ...['unshare', '--mount', 'sh', '-c'],
  'mount -t tmpfs -o size=64k none exits && head -c 100000 /dev/zero >exits/other; exec "$@"',
  'sh',
]
/** What a manager sees at last. */
const SAVE = exitCommand(
  'ls exits >found; cp exits/log log; cp exits/c0ffee code.tmp; mv code.tmp code',
)
const LOG = ['-l', 'exits/log']
const WAITING = 'until [ -e stop ]; do sleep 0.02; done'

/** Makes room on the disk, while the container's keeper lives. */
function makeRoom(shim: Shim): void {
  const root = join('/proc', String(shim.pid('conmon.pid')), 'root')
  rmSync(join(root, shim.bundle, 'exits', 'other'))
}

/** Waits until a process has slept so many times more. */
async function rested(pid: number, times: number): Promise<void> {
  const count = () => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1])
  }
  const before = count()
  await eventually(() => expect(count()).toBeGreaterThanOrEqual(before + times))
}

/** Expects the code, and that no draft of it is left. */
async function expectEnd(shim: Shim): Promise<void> {
  expect(await shim.written('code')).toBe('7')
  expect(shim.read('found')).toBe('c0ffee\nlog\n')
}

describe.skipIf(lacksRoot())('A container whose exit file finds no room', () => {
  it('leaves it when there is some, and its server says so', async () => {
    const options = [...LOG, ...SAVE]
    const shim = startShim({ server: freePlace(), script: 'exit 7', options, prefix: FULL })
    await eventually(() => expect(logOf(shim)).toContain('the exit file waits for room: ENOSPC'))
    expect(existsSync(join(shim.bundle, 'code'))).toBe(false)
    makeRoom(shim)
    await expectEnd(shim)
  })

  it('of an exec session tells its code at once', async () => {
    const options = [...LOG, ...SAVE]
    const server = freePlace()
    const shim = startShim({ server, script: 'exit 7', options, exec: true, prefix: FULL })
    expect(await shim.message(1)).toEqual({ data: 7 })
    await eventually(() => expect(logOf(shim)).toContain('waits for room'))
    await killed(serverOf(shim)) // the file is the keeper's now
    rmSync(server)
    expect(existsSync(join(shim.bundle, 'code'))).toBe(false)
    makeRoom(shim)
    await expectEnd(shim)
    await shim.ended
    expect(shim.messages()).toHaveLength(2)
  })

  it('leaves it without a server, and says what its log has lost', async () => {
    const server = freePlace()
    const script = `${WAITING}; echo one; echo two; exit 7`
    const shim = startShim({ server, script, options: [...LOG, ...SAVE], prefix: FULL })
    await shim.message(0)
    await killed(serverOf(shim))
    rmSync(server)
    const keeper = shim.pid('conmon.pid')
    writeFileSync(join(shim.bundle, 'stop'), '')
    // The end of the container and the time for a server, and some tries.
    await rested(keeper, 5)
    expect(readdirSync(`${server}.held`)).not.toEqual([])
    makeRoom(shim)
    await expectEnd(shim)
    expect(outputIn(logOf(shim))).toBe('one\ntwo\n')
    const loss = /^\S+ stderr F sexton-shim: 2 records were lost: no room was left for the log\n$/
    expect(shim.read('log')).toMatch(loss)
  })

  it('leaves it to a server that comes late', async () => {
    const server = freePlace()
    const script = `${WAITING}; echo one; exit 7`
    const shim = startShim({ server, script, options: [...LOG, ...SAVE], prefix: FULL })
    await shim.message(0)
    await killed(serverOf(shim))
    rmSync(server)
    writeFileSync(join(shim.bundle, 'stop'), '')
    await rested(shim.pid('conmon.pid'), 5)
    const inside = ['nsenter', '--mount', `--target=${shim.pid('conmon.pid')}`]
    const other = startShim({ server, script: 'exit 0', prefix: inside })
    await other.message(0)
    await eventually(() => expect(logOf(shim)).toContain('waits for room'))
    makeRoom(shim)
    await expectEnd(shim)
    expect(outputIn(logOf(shim))).toMatch(/^one\nsexton-shim: [^\n]*\n$/)
  })
})
