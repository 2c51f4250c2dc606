import { subscribe } from 'node:diagnostics_channel'
import type { Worker } from 'node:worker_threads'
import { lastingListeners } from '../base/lasting-listeners.js'

// When a worker ends, its children become the main thread's, the dead ones too, and for those there
// is no SIGCHLD any more.

// Its 'exit' event comes when its thread has been joined, which the kernel allows a moment before it
// hands on the thread's children, and of that moment's end it tells no one.
const LOOKS = [0, 1, 10, 100, 1000]

const listeners = new Set<() => void>()

subscribe('worker_threads', (message) => {
  const { worker } = message as { worker: Worker }
  lastingListeners(worker).on('exit', announceWorkerExit)
})

/** A worker has ended; it need not be one of this thread's. */
export function announceWorkerExit(): void {
  for (const delay of LOOKS) setTimeout(tell, delay).unref()
}

/** Calls `listener` after the end of each worker that this thread has started since sexton was loaded. */
export function onWorkerExit(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function tell(): void {
  for (const listener of listeners) listener()
}
