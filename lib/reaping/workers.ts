import { subscribe } from 'node:diagnostics_channel'
import type { Worker } from 'node:worker_threads'
import { lastingListeners } from '../base/lasting-listeners.js'
import { binding } from '../system/binding.js'
import { childrenOfMainThread } from '../system/proc.js'

// When a worker ends, the kernel gives its children to the main thread, dead ones included, without a SIGCHLD.
// Nobody waits for them any more. Each worker's children stand in a table: see worker-notes.ts.

/** The pids that one worker has noted, in memory that it shares. */
export interface Table {
  /** The kernel's id of the worker's thread. */
  thread: number
  /** A place that is free has 0. */
  pids: Int32Array
}

const tables = new Set<Table>()
const exitListeners = new Set<() => void>()

subscribe('worker_threads', (message) => {
  const { worker } = message as { worker: Worker }
  lastingListeners(worker).on('exit', announceWorkerExit)
})

/** Calls `listener` after the end of each worker that this process is known to have started. */
export function onWorkerExit(listener: () => void): void {
  exitListeners.add(listener)
}

/** Tells that a worker has ended, perhaps one that another thread has started. */
export function announceWorkerExit(): void {
  for (const listener of exitListeners) listener()
}

/** Adds the table of a worker. */
export function addTable(table: Table): void {
  tables.add(table)
}

/** Whether the child belonged to a worker that has ended. */
export function isOfDeadWorker(pid: number): boolean {
  for (const table of tables) if (table.pids.includes(pid) && !isAlive(table)) return true
  return false
}

/** Forgets a child that has been reaped. */
export function forgetWorkerChild(pid: number): void {
  if (tables.size === 0) return // each exit comes here, and an iterator takes time
  for (const { pids } of tables) {
    const place = pids.indexOf(pid)
    if (place >= 0) pids[place] = 0
  }
}

/** Forgets the children of dead workers that are not among `children`. */
export function forgetWorkerChildrenBut(children: readonly number[]): void {
  if (tables.size === 0) return // each exit comes here, and an iterator takes time
  const present = new Set(children)
  for (const table of tables) {
    if (isAlive(table)) continue
    for (const pid of table.pids) if (pid !== 0 && !present.has(pid)) forgetWorkerChild(pid)
    if (table.pids.every((pid) => pid === 0)) tables.delete(table)
  }
}

/**
 * Forgets the children of dead workers that are gone. libuv may have reaped them while the worker had no time to
 * tell, and the kernel may give their pids to other children.
 */
export function forgetGoneWorkerChildren(): void {
  const children = tables.size > 0 ? childrenOfMainThread() : undefined
  if (children !== undefined) forgetWorkerChildrenBut(children)
}

function isAlive({ thread }: Table): boolean {
  return binding.threadExists(thread)
}
