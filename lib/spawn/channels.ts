import { channel as named } from 'node:diagnostics_channel'
import type { SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import type { Birth } from './birth.js'

/** The message of `sexton:spawned`: `spawn()` has started a child, which may still be on its way to its program. */
export interface SpawnedMessage {
  /** The child's pid. */
  pid: number
  /** Milliseconds for which the call held the event loop, from the checked arguments on. */
  durationMs: number
}

/** The message of `sexton:exited`: a child of `spawn()` has exited, and has been reaped. */
export interface ExitedMessage {
  /** How the child exited. */
  status: ExitStatus
  /** The error of `exited`, if the child could not come to run its program. */
  failure?: SextonError
}

const spawned = named('sexton:spawned')
const exited = named('sexton:exited')

/** Whether anybody hears of a child that is about to be started. */
export const isHeard = (): boolean => spawned.hasSubscribers || exited.hasSubscribers

/**
 * Publishes a child's start, and its exit when that comes. A child that was started while nobody listened is not
 * published when it exits, so that the starts and the exits add up.
 */
export function publish(child: OwnedChild, birth: Birth, durationMs: number): void {
  if (spawned.hasSubscribers) spawned.publish({ pid: child.pid, durationMs })
  child.onExit((status) => {
    if (!exited.hasSubscribers) return
    const failure = status.success ? undefined : birth.end()
    exited.publish({ status, ...(failure !== undefined && { failure }) })
  })
}
