import type { Check, Watch } from './backend.js'
import { Sweep } from './sweep.js'

// The self-pipe: libuv's SIGCHLD handler writes to a pipe that its loop reads.

// In a turn of its own: libuv reads signals until there are none, and a sweep from within whose
// continuations start more children, whose deaths are more signals, would keep it there for ever.
const sweep = new Sweep((run) => {
  const immediate = setImmediate(run)
  return () => clearImmediate(immediate)
}, false)

/** Watches a child of this process by SIGCHLD. */
export function watchChild(pid: number, check: Check): Watch {
  return sweep.watch(pid, check)
}
