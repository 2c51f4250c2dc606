import { closeSync, openSync } from 'node:fs'
import { durationFrom } from '../base/environment.js'
import { endLeftovers } from './leftovers.js'

// The 'exit' listener that ends the descendants which remain.

// What ends for want of descriptors has none to look for its descendants by: two for the pipe by which it
// hears of signals meanwhile, one for a process, two for /proc.
const SPARE = 5

const DEFAULT = 5000

let grace: number | undefined
const spare: number[] = []

/** Ends them when the process exits. */
export function hookExit(): void {
  keepSpare()
  process.on('exit', onExit)
  process.on('beforeExit', goLast)
}

/** Milliseconds that they have from TERM to KILL: `SEXTON_GRACE`, or five seconds. */
export function graceTime(): number {
  grace ??= durationFrom('SEXTON_GRACE', DEFAULT)
  return grace
}

/** Another time from now on. */
export function setGraceTime(milliseconds: number): void {
  grace = milliseconds
}

/**
 * Puts it behind all other listeners, which may still want their children, or take their time. Not before a
 * process.exit() of the program's own, of which nothing tells: there it has its place among them.
 */
export function goLast(): void {
  process.off('exit', onExit).on('exit', onExit)
}

function keepSpare(): void {
  try {
    for (let i = 0; i < SPARE; i += 1) spare.push(openSync('/', 'r'))
  } catch {} // not permitted (Node's --permission): then it does without
}

function onExit(): void {
  for (const fd of spare.splice(0)) closeSync(fd)
  endLeftovers(graceTime())
}
