import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { TestClient } from '../lib/shim/attach-clients.js'
import { freePlace, killed, serverAt } from '../lib/shim/servers.js'
import { exitOf, logOf, type Shim, type ShimOptions, startShim } from '../lib/shim/shims.js'
import { lacks } from '../needs.js'
import { patience } from '../pace.mjs'
import { expectQuiet } from './quiet.js'

const LASTING = 'echo ready; exec sleep 1000'

async function running(options: ShimOptions): Promise<Shim> {
  const shim = startShim({ script: LASTING, ...options })
  await shim.message(0)
  await eventually(() => expect(logOf(shim)).toContain('ready'))
  return shim
}

/** By name, a state in which a shim has nothing to do. A server hosts it, if one is given. */
const STATES: Readonly<Record<string, (server?: string) => Promise<Shim>>> = {
  'a container that says nothing': (server) => running({ server, options: ['-i'] }),
  'a container that has closed its streams': (server) => {
    const script = 'echo ready; exec >&- 2>&- <&-; exec sleep 1000'
    return running({ server, script, options: ['-i'] })
  },
  'a container on a terminal': (server) => running({ server, options: ['-t'] }),
  'a container with a client that says nothing': async (server) => {
    const shim = await running({ server, options: ['-i'] })
    void new TestClient(shim.bundle).read()
    return shim
  },
  'a container whose client has ended its input': async (server) => {
    const shim = await running({ server, options: ['-i'] })
    new TestClient(shim.bundle).endInput()
    return shim
  },
  'an exec session that has not begun': async (server) => {
    const shim = startShim({ server, exec: true, options: ['--exec-attach'] })
    await eventually(() => expect(shim.attached()).not.toBe(''))
    return shim
  },
  'an exit command that waits, while an orphan holds the streams': async (server) => {
    const script = 'sleep 1000 & echo $! >orphan; echo ready'
    const command = ['--exit-command', '/bin/true', '--exit-delay', '1000']
    const shim = startShim({ server, script, options: command })
    await exitOf(shim)
    return shim
  },
}

// All at once, as each is watched for ten seconds; and in one test, which is over when all of them are.
describe.skipIf(lacks('strace'))('A shim', () => {
  it('asks nothing of the kernel in any state', { timeout: patience(60_000) }, async () => {
    const states = Object.entries(STATES).map(async ([name, reach]) => {
      const shim = await reach()
      const pid = shim.pid('conmon.pid')
      expect(readCommandLine(pid), name).toContain('--daemon')
      await expectQuiet(pid)
    })
    for (const state of states) state.catch(() => {}) // each is awaited below
    for (const state of states) await state
  })
})

describe.skipIf(lacks('strace'))(
  'A server with containers in all states, and their keepers,',
  () => {
    it('ask nothing of the kernel', { timeout: patience(60_000) }, async () => {
      const server = freePlace()
      const shims = await Promise.all(Object.values(STATES).map((reach) => reach(server)))
      const bereft = await running({ server })
      await killed(bereft.pid('conmon.pid'))
      const pids = [serverAt(server) as number, ...shims.map((shim) => shim.pid('conmon.pid'))]
      const quiet = pids.map((pid) => expectQuiet(pid))
      for (const each of quiet) each.catch(() => {}) // each is awaited below
      for (const each of quiet) await each
    })
  },
)
