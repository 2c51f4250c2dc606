import { invalid } from './errors.js'

interface Listener {
  readonly callbacks: Set<() => void>
  /** Removes the listener from the signal. */
  remove(): void
}

// All that is called of a signal: an old polyfill has no throwIfAborted().
const METHODS = ['addEventListener', 'removeEventListener'] as const

const listeners = new WeakMap<AbortSignal, Listener>()

/**
 * Calls `callback` when `signal` is aborted, or at once if it already is. All callbacks of a signal share one
 * listener, because Node warns of a leak at the eleventh.
 *
 * @returns A function that removes the callback.
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
 * Checks an option that takes an `AbortSignal`. The check looks at its members, because the signal of another
 * realm or of a polyfill is an instance of another class.
 *
 * @throws {TypeError} if it is not an AbortSignal.
 */
export function checkAbortSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined
  const signal = (value ?? {}) as Partial<AbortSignal>
  if (typeof signal.aborted === 'boolean' && METHODS.every((name) => isMethod(signal[name]))) {
    return value as AbortSignal
  }
  const expected = 'an AbortSignal, for example AbortSignal.timeout(1000)'
  throw new TypeError(invalid('signal', value, expected))
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
  // Delete each callback before calling it: a callback may remove one that has not been called yet.
  const tell = () => {
    remove()
    for (const callback of callbacks) if (callbacks.delete(callback)) callSafely(callback)
  }
  const listener = { callbacks, remove }
  listeners.set(signal, listener)
  signal.addEventListener('abort', tell, { once: true })
  return listener
}

// Behaves like an EventTarget: an error of one callback becomes an uncaught exception, and the others still run.
function callSafely(callback: () => void): void {
  try {
    callback()
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}
