import { constants } from 'node:os'
import { isExiting } from '../base/process-life.js'
import type { ReceivedSignal } from '../signals/origin.js'
import { drainSignals, type SignalListener, subscribe } from '../signals/subscriptions.js'
import { binding } from '../system/binding.js'
import { isRealtime } from '../system/signal-names.js'
import { channel } from './channels.js'

// The kernel discards what is sent to PID 1 while its default action is in force (pid_namespaces(7)):
// a program that never asked for SIGTERM would not end by it. Here its end is put back.

// Those that end a process and that someone would send. Not those by which a process tells itself of
// its own faults, or of its profiler's clock; SIGUSR1, SIGPIPE and SIGXFSZ Node does not leave at their
// default.
const STANDARD: readonly NodeJS.Signals[] = [
  ...(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGTERM'] as const),
  ...(['SIGSTKFLT', 'SIGXCPU', 'SIGIO', 'SIGPWR'] as const),
]
// Node's own handlers of these restore the terminal, and send the signal again.
const NODES: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']

const LAST = 64

/**
 * Restores the default actions, by `process.exit(128 + n)`, where nobody listens to the signal. `onEnd` is
 * called just before.
 */
export function restoreDefaultActions(onEnd: () => void): void {
  const listener: SignalListener = {
    // In the turn in which the signal came, and in it before libuv's watchers are told: a listener by
    // once() is still there.
    receive: (signal, alone) => {
      if (isExiting() || !alone || isHeardByNode(signal.number)) return
      onEnd()
      end(signal)
    },
  }
  const numbers = terminating()
  subscribe(listener, numbers)
  // A signal belongs to those who listened when it came: libuv does not hand it to who comes later.
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

// Another language's handler does not see ours, and the program may rely on it.
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
