import { binding } from '../system/binding.js'

// The children of worker threads, as far as the workers have noted them (lib/reaping/worker-notes.ts): when a
// worker has ended, nobody waits for its children any more.

/** What one worker has written down, in memory that it shares. */
export interface Table {
  /** The kernel's id of the worker's thread. */
  thread: number
  /** 0 where there is none. */
  pids: Int32Array
}

const tables = new Set<Table>()

/** Looks there, too, from now on. */
export function addTable(table: Table): void {
  tables.add(table)
}

/** Whether there is any. */
export function anyTables(): boolean {
  return tables.size > 0
}

/** Whether it was the child of a worker thread that has ended. */
export function isOfDeadWorker(pid: number): boolean {
  for (const table of tables) if (table.pids.includes(pid) && !isAlive(table)) return true
  return false
}

/** Whoever it was, it has been reaped. */
export function forgetAbandoned(pid: number): void {
  for (const { pids } of tables) {
    const place = pids.indexOf(pid)
    if (place >= 0) pids[place] = 0
  }
}

/** Forgets the children of dead workers that are not among `children`. */
export function forgetAbandonedBut(children: readonly number[]): void {
  if (tables.size === 0) return
  const present = new Set(children)
  for (const table of tables) {
    if (isAlive(table)) continue
    for (const pid of table.pids) if (pid !== 0 && !present.has(pid)) forgetAbandoned(pid)
    if (isEmpty(table)) tables.delete(table)
  }
}

function isEmpty({ pids }: Table): boolean {
  return pids.every((pid) => pid === 0)
}

function isAlive({ thread }: Table): boolean {
  return binding.threadExists(thread)
}
