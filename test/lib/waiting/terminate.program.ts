import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import {
  type Child,
  descendants,
  openProcess,
  type SextonError,
  spawn,
  type TerminateOptions,
  type TerminateScope,
  terminate,
} from 'sexton'
import { eventually } from '../../eventually.js'
import { startWorker } from '../../inside.js'

const SCOPES: readonly TerminateScope[] = ['process', 'group', 'tree']

const born = () => spawn('sleep', ['1000'], { stdio: 'ignore' })

/** In a PID namespace of its own, in which this makes the pid come again. */
function bornAs(pid: number): Child {
  writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1))
  const child = born()
  if (child.pid !== pid) throw new Error(`another pid: ${child.pid}`)
  return child
}

/** As PID 1. Tells for each scope what was ended by targets of a dead process, and how its successor has ended. */
export async function spareSuccessors() {
  const told: unknown[] = []
  for (const scope of SCOPES) {
    const first = born()
    using handle = openProcess(first.pid)
    first.kill('SIGKILL')
    await first.exited
    await new Promise((resolve) => setTimeout(resolve, 20)) // start times count in units of 10 ms
    const second = bornAs(first.pid)
    for (const target of [first, handle]) told.push(await terminate(target, { scope }))
    told.push(second.kill('SIGINT') && (await second.exited).signal)
  }
  return told
}

/** Ends a process, and tells the answer. */
export const end = (pid: number, options: TerminateOptions) => terminate(pid, options)

/** Ends the process group of this process, but for itself. */
export async function endOwnGroup() {
  const child = born()
  const { ended, unreached } = await terminate(child, { scope: 'group' })
  return {
    ended: ended.map(({ pid, how }) => (pid === child.pid ? how : pid)),
    unreached: unreached.map(({ pid, reason }) => (pid === process.pid ? reason : pid)),
  }
}

/** Tells for each scope the error, or how the child has ended. */
export async function endWithoutProc() {
  const told: unknown[] = []
  for (const scope of SCOPES) {
    const child = born()
    const code = ({ code }: SextonError) => code
    told.push(await terminate(child, { scope }).then(({ ended }) => ended, code))
    child.kill('SIGKILL')
    await child.exited
  }
  return told
}

/** In a worker. */
export async function endTree(pid: number) {
  const { ended } = await terminate(pid, { scope: 'tree' })
  return ended.map(({ how }) => how)
}

/** Starts a tree in the main thread, and ends it in a worker. */
export async function endTreeInWorker() {
  const child = spawn('sh', ['-c', 'sleep 1000 & sleep 1000 & echo; wait'])
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  const worker = startWorker(endTree, [child.pid])
  const [[told], status] = await Promise.all([once(worker, 'message'), child.exited])
  return [told, status.signal]
}

// timeout(1) leads a group of its own, and its first child is still in the group of the shell: a link.
const LINKED = '(sleep 1000 & exec timeout 900 sleep 1000) & wait; wait'

/** As the leader of a session: ends trees that link its own process group to the session. Counts the SIGHUPs. */
export async function countHangUps(rounds: number, before: string, options: TerminateOptions) {
  let count = 0
  process.on('SIGHUP', () => {
    count += 1
  })
  for (let round = 0; round < rounds; round += 1) {
    const child = spawn('sh', ['-c', `${before} ${LINKED}`], { stdio: 'ignore' })
    await eventually(() => {
      const link = descendants(child.pid).find(({ name }) => name === 'timeout')
      if (link?.processGroup !== link?.pid || link === undefined) throw new Error('not yet')
      if (descendants(link.pid).length < 2) throw new Error('not yet')
    })
    const { unreached } = await terminate(child, { scope: 'tree', ...options })
    if (unreached.length > 0) throw new Error(`these were to end: ${JSON.stringify(unreached)}`)
  }
  await new Promise((resolve) => setTimeout(resolve, 10)) // a signal has a moment to arrive
  return count
}
