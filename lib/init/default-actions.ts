import { constants } from 'node:os'
import { isExiting } from '../base/process-life.js'
import type { ReceivedSignal } from '../signals/origin.js'
import { drainSignals, type SignalListener, subscribe } from '../signals/subscriptions.js'
import { binding } from '../system/binding.js'
import { isRealtime } from '../system/signal-names.js'
import { channel } from './channels.js'

// Restores terminating default actions. The kernel discards a signal to PID 1 that has no handler
// (pid_namespaces(7)), so a program without a listener for SIGTERM would ignore it.

// Terminating signals that another process would send. Signals for the process's own faults and for profilers are
// left out. So are SIGUSR1, SIGPIPE and SIGXFSZ, for which Node has its own actions.
const STANDARD: readonly NodeJS.Signals[] = [
  ...(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGTERM'] as const),
  ...(['SIGSTKFLT', 'SIGXCPU', 'SIGIO', 'SIGPWR'] as const),
]
// Signals that Node handles itself: it restores the terminal, and sends the signal again.
const NODES: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']

const LAST = 64

/** Calls `onEnd` and `process.exit(128 + n)` for each terminating signal n that has no listener. */
export function restoreDefaultActions(onEnd: () => void): void {
  const listener: SignalListener = {
    // Check for listeners now, before libuv delivers the signal to them. Later, a listener added by once() would be
    // gone.
    receive: (signal, alone) => {
      if (isExiting() || !alone || isHeardByNode(signal.number)) return
      onEnd()
      end(signal)
    },
  }
  const numbers = terminating()
  subscribe(listener, numbers)
  // Deliver pending signals before a listener is added: libuv would not deliver them to it.
  process.on('newListener', (event) => {
    const number = constants.signals[event as NodeJS.Signals]
    if (number !== undefined && numbers.includes(number)) drainSignals()
  })
}

function terminating(): number[] {
  const standard = STANDARD.map((name) => constants.signals[name]).filter(
    (number) => number !== undefined,
  )
  const all = Array.from({ length: LAST }, (_, i) => i + 1)
  return [...standard, ...all.filter(isRealtime)].filter(isFree)
}

// Leaves a handler in place that another library installed natively, because the program may rely on it.
function isFree(number: number): boolean {
  return (
    NODES.some((name) => constants.signals[name] === number) ||
    isHeardByNode(number) ||
    binding.hasHandler(number) === 0
  )
}

function end(signal: ReceivedSignal): never {
  const code = 128 + signal.number
  if (channel.signal.hasSubscribers) channel.signal.publish({ signal, code })
  process.exit(code)
}

function isHeardByNode(number: number): boolean {
  // Two names may share a number.
  return Object.entries(constants.signals).some(
    ([name, other]) => other === number && process.listenerCount(name as NodeJS.Signals) > 0,
  )
}
