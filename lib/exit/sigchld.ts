import type { Check, Watch } from './backend.js'
import { Sweep } from './sweep.js'

// The SIGCHLD back-end, for children of this thread.

// The sweep runs in a turn of its own. libuv reads signals until there are none. A sweep inside that loop could
// resume code that starts more children, whose SIGCHLDs would keep libuv in the loop for ever.
const sweep = new Sweep((run) => {
  const immediate = setImmediate(run)
  return () => clearImmediate(immediate)
}, false)

/** Watches a child of this thread by SIGCHLD. */
export function watchChild(pid: number, check: Check): Watch {
  return sweep.watch(pid, check)
}
