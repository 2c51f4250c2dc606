import { systemError } from '../base/errors.js'
import { Fifo } from '../base/fifo.js'
import { binding } from '../system/binding.js'
import { signalName } from '../system/signal-names.js'
import { countEnvironments, fromRecord, type ReceivedSignal } from './origin.js'

// The listeners of this thread, by signal. The native layer captures each signal once, however many listen.

/** A receiver of signals. */
export interface SignalListener {
  /** @param alone Whether no other listener, in any thread, received the signal. */
  receive(signal: ReceivedSignal, alone: boolean): void
}

const subscribers = new Map<number, Set<SignalListener>>()
let opened = false

/**
 * Delivers these signals to `listener` from now on. Their default actions no longer happen.
 *
 * @throws {SextonError} `ERR_SYSTEM` if the system refuses one of them. Then the listener receives none.
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

/** Stops delivering these signals. The caller must drain them before, or those that have come are lost. */
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

// Reads many batches in a turn, so that it keeps up with a storm of signals. The number is limited, so that other
// events get their turn. The rest keeps the pipe readable.
function drainTurn(): void {
  drain(32)
}

interface Delivery {
  signal: ReceivedSignal
  /** The number of threads that received the signal. */
  environments: number
}

// Signals that were read and not delivered yet. A listener that changes the set of listeners drains inside its own
// delivery. The queue keeps the order: signals drained there come after those already here.
const deliveries = new Fifo<Delivery>()

// Reads and delivers one batch. Returns whether the batch was full, so that more may follow.
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

// Batches that a full pipe of 1 MiB holds. Any later signal came after the drain began.
const MOST_BATCHES = 512

/** Delivers pending signals before the set of listeners changes: a signal belongs to its listeners of that time. */
export function drainSignals(): void {
  if (opened) drain(MOST_BATCHES)
}

function drain(most: number): void {
  for (let batches = 0; batches < most && drainBatch(); batches += 1);
}
