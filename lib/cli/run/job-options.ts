import type { JobProcess } from '../../job/job-process.js'
import type { JobResult } from '../../job/job-result.js'
import type { JobOptions } from '../../job/options.js'
import type { Stdio } from '../../spawn/stdio.js'
import type { Settings } from './options.js'
import type { Kept } from './report.js'

/**
 * Converts the settings to options of `runJob()`, which checks them. This is the only place where the two meet.
 *
 * @param kept Receives the processes that are kept.
 */
export function jobOptionsOf(
  settings: Settings,
  stdio: readonly Stdio[],
  kept: Kept[],
): JobOptions {
  const { timeout, grace, killSignal, isolation, cgroup, limits, keep } = settings
  const options = {
    stdio,
    timeout,
    grace,
    killSignal,
    isolation: isolation === 'tree' ? undefined : isolation, // the default
    cgroup,
    limits: Object.keys(limits).length === 0 ? undefined : limits,
    keep: keep.length === 0 ? undefined : (process: JobProcess) => keeps(keep, process, kept),
    reject: false,
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as JobOptions
}

function keeps(patterns: readonly RegExp[], process: JobProcess, kept: Kept[]): boolean {
  const { pid, ppid, name, command } = process
  const isNamed = patterns.some((pattern) => pattern.test(name) || pattern.test(command))
  if (isNamed) kept.push({ pid, ppid, name })
  return isNamed
}

/** The limits that a job has hit. */
export function limitsHitOf(result: JobResult | undefined): readonly string[] {
  return (result as { limitsHit?: readonly string[] } | undefined)?.limitsHit ?? []
}
