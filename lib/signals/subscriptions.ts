import { systemError } from '../base/errors.js'
import { Fifo } from '../base/fifo.js'
import { binding } from '../system/binding.js'
import { signalName } from '../system/signal-names.js'
import { countEnvironments, fromRecord, type ReceivedSignal } from './origin.js'

// Who in this thread is told of which signals. The native layer captures a signal once, however many listen.

/** Someone who is told of signals. */
export interface SignalListener {
  /** `alone`: nobody else was told of it, in this thread or another. */
  receive(signal: ReceivedSignal, alone: boolean): void
}

const subscribers = new Map<number, Set<SignalListener>>()
let opened = false

/**
 * Tells `listener` of each of these signals from now on; their default action is off.
 *
 * @throws {SextonError} `ERR_SYSTEM` if the system refuses one; then it is told of none.
 */
export function subscribe(listener: SignalListener, numbers: Iterable<number>): void {
  if (!opened) open()
  drainSignals()
  for (const number of numbers) {
    const listeners = subscribers.get(number)
    if (listeners !== undefined) {
      listeners.add(listener)
      continue
    }
    const result = binding.subscribeSignal(number)
    if (result < 0) {
      unsubscribe(listener, numbers)
      throw systemError(result, `sigaction ${signalName(number)}`)
    }
    subscribers.set(number, new Set([listener]))
  }
}

/** Tells it of none of these any more. What has come must be drained before. */
export function unsubscribe(listener: SignalListener, numbers: Iterable<number>): void {
  for (const number of numbers) {
    const listeners = subscribers.get(number)
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) continue
    subscribers.delete(number)
    binding.unsubscribeSignal(number)
  }
}

const records = new Float64Array(binding.signalBatch * binding.signalFields)

function open(): void {
  const result = binding.openSignals(drainTurn)
  if (result < 0) throw systemError(result, 'pipe2')
  opened = true
}

// Many batches a turn, so that a steady storm does not outrun the loop; but not without end, so that
// the loop gets its turn too. What is left keeps the pipe readable.
function drainTurn(): void {
  drain(32)
}

interface Delivery {
  signal: ReceivedSignal
  /** How many threads were told of it. */
  environments: number
}

// Read, and not yet told. A listener that changes the set of listeners drains in its turn: what it finds
// is told after what is here already.
const deliveries = new Fifo<Delivery>()

// True if it was a full one.
function drainBatch(): boolean {
  const count = binding.drainSignals(records)
  for (let at = 0; at < count * binding.signalFields; at += binding.signalFields) {
    const environments = countEnvironments(records, at)
    deliveries.push({ signal: fromRecord(records, at), environments })
  }
  for (let next = deliveries.take(); next !== undefined; next = deliveries.take()) deliver(next)
  return count === binding.signalBatch
}

function deliver({ signal, environments }: Delivery): void {
  const listeners = [...(subscribers.get(signal.number) ?? [])]
  const alone = listeners.length === 1 && environments === 1
  for (const listener of listeners) listener.receive(signal, alone)
}

// A full pipe's worth (1 MiB): what comes after that came since.
const MOST_BATCHES = 512

/** Before the set of listeners changes: a signal belongs to those who listened when it came. */
export function drainSignals(): void {
  if (opened) drain(MOST_BATCHES)
}

function drain(most: number): void {
  for (let batches = 0; batches < most && drainBatch(); batches += 1);
}
