// Watches any processes, children or not, and says when and how each has ended. Without polling where
// the system has process descriptors (Linux 5.4):
//
//   node examples/watch-any-pid.mjs PID...

import { openProcess, SextonError } from 'sexton'

// How a process ended that is no child is told by the kernel, but not to everyone (see ExitStatus.known).
function describe({ known, signal, code }) {
  if (!known) return 'nobody tells how'
  return signal === null ? `with code ${code}` : `by ${signal}`
}

async function watch(pid) {
  // From here on this process is meant, and never a later one with its pid.
  const handle = openProcess(pid)
  console.log(`${pid} runs`)
  try {
    console.log(`${pid} has ended ${describe(await handle.exited)}`)
  } finally {
    handle[Symbol.dispose]() // `using handle = …` on Node 24 and in TypeScript
  }
}

async function watchOrExplain(pid) {
  try {
    await watch(pid)
  } catch (error) {
    if (!(error instanceof SextonError || error instanceof RangeError)) throw error
    console.error(`${pid}: ${error.message}`)
    process.exitCode = 1
  }
}

const pids = process.argv.slice(2).map(Number)
if (pids.length === 0) {
  console.error('usage: node examples/watch-any-pid.mjs PID...')
  process.exitCode = 2
}
await Promise.all(pids.map(watchOrExplain))
