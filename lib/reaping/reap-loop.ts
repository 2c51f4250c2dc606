import { onAbort, reasonOf } from '../base/abort.js'
import { hold } from '../base/process-life.js'
import { LONGEST_TIMER, monotonicNow } from '../base/time.js'
import { isSoleListener, onChildSignal, restChildSignal } from '../exit/child-signal.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { discard, discardNow } from './discard.js'
import { sweepAllOrphans, sweepOrphans } from './orphans.js'
import { onReaped, takeAll } from './reaper.js'
import { watchSuspects } from './suspects.js'
import { onWorkerExit } from './worker-exit.js'

// Dead children are taken out of the kernel's table while someone asks for more, in batches.

/** Which dead children a `Zombies` reaps. */
export type ZombieScope = 'adopted' | 'all'

/** Someone for whom dead children are reaped. */
export interface Intake {
  readonly scope: ZombieScope
  /** Whether it asks for more now. */
  wants(): boolean
  /**
   * Gets each that its scope covers. Where no one has this, no one wants to know how orphans ended, and
   * a storm of them costs little more than the system calls.
   */
  receive?(status: ExitStatus): void
  /** After each batch. */
  reaped?(): void
}

// What a `Zombies` promises not to exceed.
const READ_AHEAD = 256

// A look for each of a busy server's own children would cost it some per cent, and nobody waits for what it
// finds: one every so many milliseconds does.
const REST = 10

const intakes = new Set<Intake>()
let stopListening: (() => void) | undefined
let pumping = false
let askedAt = 0
let rested = false
let graceTimer: NodeJS.Timeout | undefined

/** Hears of deaths from now on, until the returned function is called; the first look is `pumpSoon()`. */
export function openIntake(intake: Intake): () => void {
  stopListening ??= startListening()
  intakes.add(intake)
  return () => close(intake)
}

function close(intake: Intake): void {
  if (!intakes.delete(intake) || intakes.size > 0) return
  clearTimeout(graceTimer)
  stopListening?.()
  stopListening = undefined
}

function startListening(): () => void {
  const stopSignal = onChildSignal(pumpSoon)
  const stopWorkers = onWorkerExit(pumpSoon)
  const stopReaped = onReaped((status, own) => {
    for (const intake of intakes) if (intake.scope === 'all' || !own) intake.receive?.(status)
  })
  return () => {
    stopSignal()
    stopWorkers()
    stopReaped()
  }
}

/**
 * Reaps a batch if anyone wants it, and goes on while there is more. In a turn of its own: libuv has
 * then reaped its children for the same SIGCHLD, so that the first look usually finds nothing of
 * theirs; and a storm of zombies cannot starve the event loop.
 */
export function pumpSoon(): void {
  if (pumping) return
  pumping = true
  askedAt = monotonicNow()
  setImmediate(pump)
}

function pump(): void {
  pumping = false
  clearTimeout(graceTimer)
  const wanted = (scope: ZombieScope) =>
    [...intakes].some((intake) => intake.scope === scope && intake.wants())
  let more = wanted('all') && (isSeen() ? takeAll() : discard())
  if (wanted('adopted')) {
    const most = isReadAhead() ? READ_AHEAD : Number.POSITIVE_INFINITY
    const sweep = sweepOrphans(most, monotonicNow() - askedAt)
    more ||= sweep.more
    if (!sweep.more && !isReadAhead()) rest()
    if (sweep.retryAfter !== Number.POSITIVE_INFINITY) {
      graceTimer = setTimeout(pumpSoon, Math.min(sweep.retryAfter + 1, LONGEST_TIMER)).unref()
    }
  }
  if (more) pumpSoon()
  for (const intake of intakes) intake.reaped?.()
}

// Not after the look that ends a rest: nothing may ever come again.
function rest(): void {
  rested = !rested && isSoleListener()
  if (rested) restChildSignal(REST)
}

/** Whether all who ask for orphans keep what they get until it is asked for. */
function isReadAhead(): boolean {
  return [...intakes].every(
    (intake) => intake.scope !== 'adopted' || !intake.wants() || intake.receive !== undefined,
  )
}

/** Whether anyone wants to know how an orphan ended. */
function isSeen(): boolean {
  return [...intakes].some((intake) => intake.receive !== undefined)
}

/** Reaps all that is dead by now, for whoever is open, but for what may be another addon's. */
export function reapNow(scope: ZombieScope): void {
  if (scope === 'all' && !isSeen()) discardNow()
  else if (scope === 'all') while (takeAll());
  else sweepAllOrphans()
}

/** Waits until none is left of those that are dead by now and may be another addon's. */
export async function awaitGrace(signal?: AbortSignal): Promise<void> {
  const anyLeft = watchSuspects()
  if (!anyLeft()) return
  const release = hold()
  let ignoreSignal = () => {}
  let close = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      const reaped = () => anyLeft() || resolve()
      close = openIntake({ scope: 'adopted', wants: () => true, reaped })
      ignoreSignal = onAbort(signal, () => reject(reasonOf(signal)))
      pumpSoon()
    })
  } finally {
    release()
    close()
    ignoreSignal()
  }
}
