import { closeSync, openSync } from 'node:fs'
import { durationFrom, switchFrom } from '../base/environment.js'
import { endLeftovers } from './leftovers.js'

// The 'exit' listener that terminates the remaining descendants.

// The number of reserved descriptors. A process that exits because it ran out of descriptors still needs some: two
// for the pipe of signals, one for a pidfd, and two to read /proc.
const SPARE = 5

// Milliseconds.
const DEFAULT = 5000

let grace: number | undefined
let report: boolean | undefined
const spare: number[] = []

/** Terminates the remaining descendants when the process exits. */
export function hookExit(): void {
  keepSpare()
  process.on('exit', onExit)
  process.on('beforeExit', goLast)
}

/** Returns the milliseconds from TERM to KILL: `SEXTON_GRACE`, or five seconds. */
export function graceTime(): number {
  grace ??= durationFrom('SEXTON_GRACE', DEFAULT)
  return grace
}

/** Changes the milliseconds from TERM to KILL. */
export function setGraceTime(milliseconds: number): void {
  grace = milliseconds
}

/**
 * Moves the listener behind all others, which may still need their children. Nothing announces a process.exit() of
 * the program itself, so in that case the listener keeps its place among the others.
 */
export function goLast(): void {
  process.off('exit', onExit).on('exit', onExit)
}

/** Whether the exit tells what it has ended: `SEXTON_REPORT`, or false. */
export function reports(): boolean {
  report ??= switchFrom('SEXTON_REPORT', false)
  return report
}

/** Changes whether the exit tells what it has ended. */
export function setReports(wanted: boolean): void {
  report = wanted
}

function keepSpare(): void {
  try {
    for (let i = 0; i < SPARE; i += 1) spare.push(openSync('/', 'r'))
  } catch {} // Node's --permission may forbid it; then none is reserved
}

function onExit(): void {
  for (const fd of spare.splice(0)) closeSync(fd)
  endLeftovers(graceTime(), reports())
}
