import { attempt, SextonError } from '../base/errors.js'
import type { Observation } from './observation.js'
import { observe } from './observe.js'

/** A process that is observed, and its start time if the system shows it. */
export interface Observed {
  observation: Observation
  startTime: number | undefined
}

/**
 * Observes the process that has this pid and this start time, and no later one. The start time is read after the
 * process is held, so a pidfd that passes the check is the process's own.
 *
 * @param wanted The start time that it must have; `undefined` accepts any.
 * @throws {SextonError} `ERR_NO_SUCH_PROCESS` if no process has the pid, or if its start time differs.
 *   `ERR_UNSUPPORTED` if a start time is wanted and the system does not show start times. `ERR_SYSTEM`.
 */
export function observeAs(pid: number, wanted: number | undefined): Observed {
  const observation = observe(pid, undefined)
  try {
    return { observation, startTime: startTimeOf(observation, wanted) }
  } catch (error) {
    observation.stop()
    throw error
  }
}

// Throws if only a descriptor was missing. Otherwise the handle would look like one of a system without start
// times, and a later check against its start time would check nothing.
function startTimeOf(observation: Observation, wanted: number | undefined): number | undefined {
  const { pid } = observation
  const startTime = attempt(() => observation.startTime())
  if (startTime instanceof SextonError) {
    const { code, message, errno, syscall } = startTime
    if (wanted === undefined && code === 'ERR_UNSUPPORTED') return undefined
    throw new SextonError(code, `cannot read the start time of process ${pid}: ${message}`, {
      ...{ pid, cause: startTime },
      ...(errno !== undefined && { errno }),
      ...(syscall !== undefined && { syscall }),
    })
  }
  if (wanted === undefined || startTime === wanted) return startTime
  const found = startTime === undefined ? 'it has exited' : `pid ${pid} now started at ${startTime}`
  throw new SextonError(
    'ERR_NO_SUCH_PROCESS',
    `process ${pid} with start time ${wanted} is gone: ${found}`,
    { pid },
  )
}
