import { systemError } from '../base/errors.js'
import { binding } from './binding.js'

// Tells when a pipe, a socket, a FIFO or a terminal can be read or written. One epoll set serves all of them. A watch
// is level-triggered: it calls again until the descriptor is not ready any more, or until it is stopped. It never keeps
// this process alive: see lib/base/process-life.ts. Linux only.

/** The events that a watch waits for. */
export interface Interest {
  readable?: boolean
  writable?: boolean
}

/** The events that have come. The kernel reports the last two unasked, until the watch is stopped. */
export interface Readiness {
  readable: boolean
  writable: boolean
  /** The other end is closed. There may be bytes left to read. */
  hungUp: boolean
  /** There is an error: for a pipe's write end, that nobody reads. */
  failed: boolean
}

/** A watch of a descriptor. */
export interface DescriptorWatch {
  /** Waits for something else from now on. Even without an interest, the other end's closing is reported. */
  change(interest: Interest): void
  /** Ends the calls. Must come before the descriptor is closed. A second call does nothing. */
  stop(): void
}

type OnReady = (readiness: Readiness) => void

const [READABLE, WRITABLE, HUNG_UP, FAILED] = [1, 2, 4, 8]

const watches = new Map<number, { fd: number; onReady: OnReady }>()
const occurred = new Float64Array(binding.readinessBatch * binding.readinessFields)
let lastToken = 0
let opened = false

/**
 * Calls `onReady` while a descriptor is ready.
 *
 * @throws {SextonError} `ERR_NOT_PERMITTED` for a file, which is always ready. `ERR_SYSTEM` with EEXIST if the
 *   descriptor is watched already, or if the system lacks the call.
 */
export function watchDescriptor(fd: number, interest: Interest, onReady: OnReady): DescriptorWatch {
  if (!opened) open()
  // A token of its own, because a descriptor's number may be closed and reused within one batch.
  do lastToken = (lastToken + 1) >>> 0
  while (watches.has(lastToken))
  const token = lastToken
  check(binding.watchFd(fd, eventsOf(interest), token))
  watches.set(token, { fd, onReady })
  return {
    change: (next) => {
      if (watches.has(token)) check(binding.rewatchFd(fd, eventsOf(next), token))
    },
    stop: () => {
      if (watches.delete(token)) binding.unwatchFd(fd)
    },
  }
}

function open(): void {
  check(binding.openReadinessSet(drain), 'epoll_create1')
  opened = true
}

function drain(): void {
  const count = binding.drainReadiness(occurred)
  // A callback may stop the watch of a later pair, or start one.
  const pairs = occurred.slice(0, Math.max(count, 0) * binding.readinessFields)
  for (let at = 0; at < pairs.length; at += binding.readinessFields) {
    const events = pairs[at + 1] as number
    watches.get(pairs[at] as number)?.onReady({
      readable: (events & READABLE) !== 0,
      writable: (events & WRITABLE) !== 0,
      hungUp: (events & HUNG_UP) !== 0,
      failed: (events & FAILED) !== 0,
    })
  }
}

function eventsOf({ readable, writable }: Interest): number {
  return (readable === true ? READABLE : 0) | (writable === true ? WRITABLE : 0)
}

function check(result: number, syscall = 'epoll_ctl'): void {
  if (result < 0) throw systemError(result, syscall)
}
