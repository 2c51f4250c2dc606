import { invalid } from '../base/errors.js'
import { checkOptionNames } from '../base/option-names.js'
import { checkDuration } from '../base/time.js'
import { type CheckedRun, checkRunOptions } from './checked-options.js'
import { type CheckedIsolation, checkIsolation } from './isolation.js'
import { JOB_ADVICE, JOB_NAMES } from './option-names.js'
import type { JobOptions } from './options.js'

/** The options of `runJob()`, checked. */
export interface CheckedJob {
  /** The options that `run()` has too. */
  run: CheckedRun
  leftovers: 'end' | 'wait' | 'keep'
  keep: JobOptions['keep'] | undefined
  /** The milliseconds of `idleTimeout`; `Infinity` without one. */
  idle: number
  isolation: CheckedIsolation
}

/**
 * Checks the options of `runJob()`.
 *
 * @throws {TypeError | RangeError} if one is invalid.
 */
export function checkJobOptions(options: JobOptions): CheckedJob {
  checkOptionNames('runJob()', options, JOB_NAMES, JOB_ADVICE)
  const {
    idleTimeout,
    leftovers = 'end',
    keep,
    isolation: _isolation,
    limits: _limits,
    ...rest
  } = options
  if (keep !== undefined && typeof keep !== 'function') {
    throw new TypeError(invalid('keep', keep, 'a function of a process'))
  }
  const run = checkRunOptions(rest)
  checkLeftovers(leftovers, keep)
  const isolation = checkIsolation(options)
  return { run, leftovers, keep, idle: checkIdle(idleTimeout, run), isolation }
}

function checkLeftovers(leftovers: unknown, keep: unknown): void {
  if (keep !== undefined && leftovers !== 'end') {
    throw new TypeError(invalid('leftovers', leftovers, "'end', because of keep"))
  }
  if (leftovers === 'end' || leftovers === 'wait' || leftovers === 'keep') return
  throw new TypeError(invalid('leftovers', leftovers, "'end', 'wait' or 'keep'"))
}

function checkIdle(idleTimeout: unknown, { stdio }: CheckedRun): number {
  if (idleTimeout === undefined) return Number.POSITIVE_INFINITY
  if (stdio[1] !== 'pipe' && stdio[2] !== 'pipe') {
    throw new TypeError("idleTimeout needs an output that is collected: expected 'pipe' in stdio")
  }
  const checked = checkDuration('idleTimeout', idleTimeout)
  if (checked > 0) return checked
  throw new RangeError(invalid('idleTimeout', idleTimeout, 'more than 0 milliseconds'))
}
