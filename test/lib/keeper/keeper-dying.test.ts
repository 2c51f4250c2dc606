import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readDescendants } from '../../../lib/system/descendants.js'
import { eventually } from '../../eventually.js'
import { lacksRoot } from '../../needs.js'
import { startJob } from './jobs.js'

// A tracer takes the place of a busy machine: its tracee dies, but nobody can reap it until the tracer has.
const TRACER = `import ctypes, os, sys
PTRACE_SEIZE, WALL = 0x4206, 0x40000000
pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(PTRACE_SEIZE, pid, 0, 0) != 0: sys.exit(os.strerror(ctypes.get_errno()))
print(pid, flush=True)
sys.stdin.read()
while not os.WIFSIGNALED(os.waitpid(pid, WALL)[1]): pass`

/** Traces a process. Gives what lets its end be seen. */
async function trace(pid: number): Promise<() => Promise<unknown>> {
  const tracer = spawn('python3', ['-c', TRACER, `${pid}`], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(tracer, 'exit')
  await once(tracer.stdout, 'data')
  return () => {
    tracer.stdin.end()
    return exit
  }
}

const NESTED = ['unshare', '--pid', '--fork', 'sh', '-c', 'sleep 1000 & wait'] as const

describe.skipIf(lacksRoot())('A keeper', () => {
  it.each([
    ['the command', ['sleep', '1000'], 1],
    // Its init exits, but not before the process in it is reaped.
    ['a process of a nested PID namespace', NESTED, 3],
  ] as const)('does not give up while one is dying: %s', async (_, command, count) => {
    const { keeper, events } = startJob(command, { grace: 50 })
    await keeper.started
    await eventually(() => expect(readDescendants(keeper.pid).length).toBe(count))
    const last = readDescendants(keeper.pid).find(({ name }) => name === 'sleep')
    const release = await trace(last?.pid as number)
    onTestFinished(async () => void (await release()))
    keeper.end(0, 9)
    // One second is all that a process gets that is not dying.
    expect(await Promise.race([keeper.ended, sleep(2500)])).toBeUndefined()
    await release()
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(events.filter(({ kind }) => kind === 'left')).toEqual([])
    expect(await keeper.exited).toMatchObject({ signal: 'SIGKILL' })
  })
})
