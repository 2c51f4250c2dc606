import { attempt, SextonError } from '../base/errors.js'
import { Deadline } from '../base/time.js'
import type { OwnedChild } from '../reaping/owned-child.js'
import { readStat } from '../system/proc.js'

// Milliseconds between two looks whether a tracer holds the keeper.
const TRACER = 1000

/**
 * Calls `onGone` once, when a keeper has exited. A tracer of the keeper, which root may start, is told of the exit before
 * this process is, and may keep that to itself for ever. So a zombie counts too. It keeps this process alive.
 *
 * @param onGone Is given how the keeper has ended.
 */
export function whenGone(keeper: OwnedChild, onGone: (how: string) => void): void {
  let limit: Deadline | undefined
  let isTraced = false
  keeper.onExit(({ signal, code }) => {
    limit?.clear()
    if (!isTraced) onGone(signal ?? `code ${code}`)
  })
  if (keeper.status !== undefined) return
  // A look fails if no descriptor is free, and the next one may not.
  const look = () => {
    const stat = attempt(() => readStat(keeper.pid))
    isTraced = !(stat instanceof SextonError) && stat?.state === 'Z'
    if (isTraced) onGone('traced')
    else limit = new Deadline(TRACER, look)
  }
  limit = new Deadline(TRACER, look)
}
