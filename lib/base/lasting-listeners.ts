import type { EventEmitter } from 'node:events'

type Listener = (...args: never[]) => void

/** Listeners of an emitter that belongs to the program. */
export interface LastingListeners {
  on(event: string, listener: Listener): void
  off(event: string, listener: Listener): void
}

/**
 * Adds listeners to an emitter of the program, so that the program cannot prevent their calls. They are called first,
 * because an earlier listener that throws would keep the event from them. After `removeAllListeners()` they come back
 * when the running code has ended.
 */
export function lastingListeners(emitter: EventEmitter): LastingListeners {
  const guards = new Map<Listener, Listener>()
  return {
    on(event, listener) {
      const attach = () => {
        emitter.prependListener(event, listener as () => void)
        emitter.on('removeListener', guard)
      }
      const guard = (removed: string, what: unknown) => {
        if (removed === event && what === listener) queueMicrotask(attachAgain)
      }
      const attachAgain = () => {
        if (guards.get(listener) !== guard) return
        detach(emitter, event, listener, guard)
        attach()
      }
      guards.set(listener, guard)
      attach()
    },
    off(event, listener) {
      const guard = guards.get(listener)
      guards.delete(listener)
      if (guard !== undefined) detach(emitter, event, listener, guard)
    },
  }
}

// The guard first: it would take what follows for the program's doing.
function detach(emitter: EventEmitter, event: string, listener: Listener, guard: Listener): void {
  emitter.off('removeListener', guard as () => void)
  emitter.off(event, listener as () => void)
}
