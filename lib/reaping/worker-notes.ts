import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { BroadcastChannel } from 'node:worker_threads'
import { lastingListeners } from '../base/lasting-listeners.js'
import { binding } from '../system/binding.js'
import { addTable, announceWorkerExit, onWorkerExit, type Table } from './workers.js'

// A worker that is terminated runs no more code of its own, so it must tell the main thread about its children
// beforehand: it writes the pids of its `child_process` children to memory that both share. This is a file of its
// own because `pid1` has no workers and leaves it out.

const CHANNEL = 'sexton:worker-children'
const ENDED = 'ended'
// Places in a worker's first table; each further table has twice as many.
const FIRST_ROOM = 64

/** In the main thread: learns about the children of workers that call `noteChildren()`. */
export function learnOfWorkerChildren(): void {
  // Wait for the first worker: the channel takes half a megabyte that most programs do not need.
  const open = () => {
    unsubscribe('worker_threads', open)
    openChannel()
  }
  subscribe('worker_threads', open)
}

function openChannel(): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = ({ data }) => {
    if (data === ENDED) announceWorkerExit()
    else addTable(data as Table)
  }
  // Call this after the handler is set: setting it references the channel, which would keep the process alive.
  channel.unref()
}

/**
 * In a worker: notes each `child_process` child from its birth until its `'exit'`, and tells the main thread when
 * a worker ends that this worker has started. The main thread does not hear of that one otherwise.
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

// The child has no pid yet when it is published. A microtask later is too late: the worker may enter an endless
// loop right after the birth.
function onceBorn(child: ChildProcess, tell: (pid: number) => void): void {
  const visible = { configurable: true, enumerable: true }
  Object.defineProperty(child, 'pid', {
    ...visible,
    get: () => undefined,
    set: (pid: number | undefined) => {
      Object.defineProperty(child, 'pid', { ...visible, writable: true, value: pid })
      if (pid !== undefined) tell(pid)
    },
  })
}

/** The tables of this worker. */
class Notes {
  readonly #tables: Int32Array[] = []

  /**
   * Notes a pid.
   *
   * @returns Strikes it out again.
   */
  add(pid: number): () => void {
    const pids = this.#tables.find((table) => table.includes(0)) ?? this.#moreRoom()
    const place = pids.indexOf(0)
    pids[place] = pid
    return () => {
      // The main thread may have struck it out before, and the place may hold another child's pid by now.
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
