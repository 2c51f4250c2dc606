import { quote } from './errors.js'

interface Listener {
  readonly callbacks: Set<() => void>
  /** Removes the listener from the signal. */
  remove(): void
}

// All that is called of a signal: an old polyfill has no throwIfAborted().
const METHODS = ['addEventListener', 'removeEventListener'] as const

const listeners = new WeakMap<AbortSignal, Listener>()

/**
 * Calls `callback` when `signal` is aborted, or now if it is already. All callbacks of a signal share one
 * listener, because Node warns of a leak at the eleventh.
 *
 * @returns Takes the callback back.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {}
  if (signal.aborted) {
    callback()
    return () => {}
  }
  const { callbacks, remove } = listeners.get(signal) ?? listen(signal)
  callbacks.add(callback)
  return () => {
    if (callbacks.delete(callback) && callbacks.size === 0) remove()
  }
}

/** Throws the signal's reason if it is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal)
}

/** The reason of an aborted signal; that of a polyfill may have none. */
export function reasonOf(signal: AbortSignal | undefined): unknown {
  const reason: unknown = signal?.reason
  return reason !== undefined
    ? reason
    : new DOMException('This operation was aborted', 'AbortError')
}

/**
 * Checks an option that takes an `AbortSignal`, by what it can do: the signal of another realm, or of a
 * polyfill, is an instance of another class.
 */
export function checkAbortSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined
  const signal = (value ?? {}) as Partial<AbortSignal>
  if (typeof signal.aborted === 'boolean' && METHODS.every((name) => isMethod(signal[name]))) {
    return value as AbortSignal
  }
  throw new TypeError(
    `signal must be an AbortSignal, for example AbortSignal.timeout(1000), not ${quote(value)}`,
  )
}

function isMethod(value: unknown): boolean {
  return typeof value === 'function'
}

function listen(signal: AbortSignal): Listener {
  const callbacks = new Set<() => void>()
  const remove = () => {
    signal.removeEventListener('abort', tell)
    listeners.delete(signal)
  }
  // A callback may take back another one that is still to be called.
  const tell = () => {
    remove()
    for (const callback of callbacks) if (callbacks.delete(callback)) callSafely(callback)
  }
  const listener = { callbacks, remove }
  listeners.set(signal, listener)
  signal.addEventListener('abort', tell, { once: true })
  return listener
}

// As an event target does: what one listener throws is an uncaught exception, and the others are called.
function callSafely(callback: () => void): void {
  try {
    callback()
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}
