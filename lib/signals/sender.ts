import { printable } from '../base/printable.js'
import { readName } from '../system/proc.js'
import type { SignalOrigin } from './received-signal.js'

// Those that tell a sender: native/signals/handler.cc.
const BY_PROCESS: ReadonlySet<string> = new Set(['SI_USER', 'SI_QUEUE', 'SI_MESGQ', 'SI_TKILL'])

/**
 * Who sent a signal, for a log: `pid 1234 (uid 0, containerd-shim)`. The name is the sender's own choice, and
 * missing if it has ended: good for a log, not for a decision.
 */
export function describeSender({ pid, uid, code }: SignalOrigin): string {
  // Ctrl-C, or a terminal that was closed.
  if (code === 'SI_KERNEL') return 'the kernel'
  if (pid === 0 && !BY_PROCESS.has(code)) return `the system (${code})`
  if (pid === 0) return `outside of this PID namespace (uid ${uid})`
  const name = readName(pid)
  return `pid ${pid} (uid ${uid}${name === undefined ? '' : `, ${printable(name, false)}`})`
}
