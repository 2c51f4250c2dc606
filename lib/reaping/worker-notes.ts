import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { BroadcastChannel } from 'node:worker_threads'
import { lastingListeners } from '../base/lasting-listeners.js'
import { binding } from '../system/binding.js'
import { childrenOfMainThread } from '../system/proc.js'
import { addTable, anyTables, forgetAbandonedBut, type Table } from './worker-children.js'
import { announceWorkerExit, onWorkerExit } from './worker-exit.js'

// When a worker thread is terminated, no code of its own runs any more: who its children were, must be
// known to the main thread before. So each worker writes the pids of its `child_process` children to
// memory that the main thread sees too.

const CHANNEL = 'sexton:worker-children'
const ENDED = 'ended'
const FIRST_ROOM = 64

/** In the main thread: learns of the children of workers that call `noteChildren()`, once there is any. */
export function learnOfWorkerChildren(): void {
  // Half a megabyte that most programs do not need.
  const open = () => {
    unsubscribe('worker_threads', open)
    openChannel()
  }
  subscribe('worker_threads', open)
}

function openChannel(): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = ({ data }) =>
    data === ENDED ? announceWorkerExit() : addTable(data as Table)
  // After the handler, which would keep the process alive.
  channel.unref()
  // Before the pid of one that libuv has reaped without time to tell of it is another child's.
  onWorkerExit(() => {
    const children = anyTables() ? childrenOfMainThread() : undefined
    if (children !== undefined) forgetAbandonedBut(children)
  })
}

/**
 * In a worker: notes each child of `child_process` from now on, from its birth until its `'exit'`; and tells
 * of the end of workers that it starts itself, of which the main thread does not hear.
 */
export function noteChildren(): void {
  const notes = new Notes()
  onWorkerExit(() => tellMainThread(ENDED))
  subscribe('child_process', (message) => {
    const { process: child } = message as { process: ChildProcess }
    onceBorn(child, (pid) => lastingListeners(child).on('exit', notes.add(pid)))
  })
}

function tellMainThread(message: Table | typeof ENDED): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(message)
  channel.close()
}

// There is no pid yet, and later is too late: the worker may be stuck in a loop right after the birth.
function onceBorn(child: ChildProcess, tell: (pid: number) => void): void {
  Object.defineProperty(child, 'pid', {
    configurable: true,
    enumerable: true,
    get: () => undefined,
    set: (pid: number | undefined) => {
      Object.defineProperty(child, 'pid', {
        configurable: true,
        enumerable: true,
        writable: true,
        value: pid,
      })
      if (pid !== undefined) tell(pid)
    },
  })
}

/** What one worker writes down. */
class Notes {
  readonly #tables: Int32Array[] = []

  /** Notes a pid; the returned function strikes it out. */
  add(pid: number): () => void {
    const pids = this.#tables.find((table) => table.includes(0)) ?? this.#moreRoom()
    const place = pids.indexOf(0)
    pids[place] = pid
    return () => {
      // Unless the main thread has, and it is another's place by now.
      if (pids[place] === pid) pids[place] = 0
    }
  }

  #moreRoom(): Int32Array {
    const places = FIRST_ROOM << this.#tables.length
    const pids = new Int32Array(new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT))
    this.#tables.push(pids)
    tellMainThread({ thread: binding.threadId(), pids })
    return pids
  }
}
