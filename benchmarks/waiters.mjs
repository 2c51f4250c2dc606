import { once } from 'node:events'

// The ways to wait for a child. Each opens with what it needs, and no more, so that none pays for
// another's libraries; `start` then gives a child and the wait for it.

// It is killed long before; the limit is for when the benchmark is cut short and no one kills it.
const PROGRAM = 'sleep'
const PROGRAM_ARGUMENTS = ['10']

/** By name: whether it holds its thread, the sexton back-end it needs, and how to open it. */
export const waiters = {
  pidfd: { blocking: false, backend: 'pidfd', open: openSexton },
  sigchld: { blocking: false, backend: 'sigchld', open: openSexton },
  poll: { blocking: false, backend: 'poll', open: openSexton },
  'naive loop': { blocking: true, open: () => openLoop(naiveLoop) },
  'two-step loop': { blocking: true, open: () => openLoop(twoStepLoop) },
  child_process: { blocking: false, open: openChildProcess },
}

async function openSexton() {
  const { spawn, waitForExit } = await import('sexton')
  return function start() {
    const { pid } = spawn(PROGRAM, PROGRAM_ARGUMENTS, { stdio: 'ignore' })
    return { pid, wait: () => waitForExit(pid) }
  }
}

async function openChildProcess() {
  const { spawn } = await import('node:child_process')
  return function start() {
    const child = spawn(PROGRAM, PROGRAM_ARGUMENTS, { stdio: 'ignore' })
    return { pid: child.pid, wait: () => once(child, 'exit') }
  }
}

async function openLoop(loop) {
  const spawnUnwatched = await openSpawn()
  const { binding, P_PID } = await import('../dist/binding.js')
  const records = new Float64Array(binding.waitFields)
  return function start() {
    const pid = spawnUnwatched()
    const hasEnded = () => {
      const taken = binding.wait(P_PID, pid, 0, records)
      if (taken < 0) throw new Error(`waitid failed with errno ${-taken}`)
      return taken > 0
    }
    return { pid, wait: () => loop(hasEnded) }
  }
}

// "Monitoring for process completion in 2021", first loop.
function naiveLoop(hasEnded) {
  while (!hasEnded()) sleep(100)
}

// Its second loop: 20 rounds a second, and a first look after 50 µs.
function twoStepLoop(hasEnded) {
  for (;;) {
    sleep(0.05)
    if (hasEnded()) return
    sleep(49.95)
  }
}

// The article's loops sleep, and so hold their thread; a JavaScript timer would not, but cannot be
// shorter than 1 ms.
const never = new Int32Array(new SharedArrayBuffer(4))

function sleep(milliseconds) {
  Atomics.wait(never, 0, 0, milliseconds)
}

// sexton and child_process both take the status of every child that they spawn, so a loop that is to
// take it itself needs a child that neither knows: one from the native call beneath `spawn`.
async function openSpawn() {
  const { checkOptions } = await import('../dist/spawn/options.js')
  const { startProcess } = await import('../dist/spawn/spec.js')
  const { encodeArguments, encodeFiles } = await import('../dist/spawn/strings.js')
  const strings = {
    files: encodeFiles(PROGRAM),
    argv: encodeArguments(PROGRAM, PROGRAM_ARGUMENTS),
  }
  const options = checkOptions({})
  const ignored = Int32Array.of(-1, -1, -1)
  return () => startProcess(strings, options, ignored, undefined, false, () => ({})).pid
}
