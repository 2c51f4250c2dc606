import { channel as named } from 'node:diagnostics_channel'
import type { ExitStatus } from '../exit/exit-status.js'
import type { Death } from './observers.js'

/** The message of `sexton:reaped`: a dead child without another owner was reaped. */
export interface ReapedMessage {
  /** How the child ended. */
  status: ExitStatus
  /**
   * `'adopted'`: the child was an orphan. `'abandoned'`: it was a child of `child_process` whose worker has exited
   * or whose handle was closed.
   */
  origin: 'adopted' | 'abandoned'
}

const reaped = named('sexton:reaped')

/** The origin of a dead child that nobody else reaps; `undefined` for a child with an owner of its own. */
export function originOf({ owner }: Death): ReapedMessage['origin'] | undefined {
  if (owner === 'sexton' || owner === 'child_process') return undefined
  return owner === 'abandoned' ? 'abandoned' : 'adopted'
}

/** Publishes that a child has been reaped that nobody else would have reaped. */
export function publish(death: Death): void {
  if (!reaped.hasSubscribers) return
  const origin = originOf(death)
  if (origin !== undefined) reaped.publish({ status: death.status, origin })
}
