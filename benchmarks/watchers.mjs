// The ways to watch many children at once. Each opens with what it needs, and no more; `start` gives a
// child that is watched from then on, and `seen` is called with its pid when its end was noticed.

import { nativeChildren } from './native-children.mjs'

const ARGUMENTS = [String(process.pid)] // of pause.c

/** By name: the sexton back-end it needs, whether it holds its thread, and how to open it. */
export const watchers = {
  pidfd: { backend: 'pidfd', open: openSexton },
  sigchld: { backend: 'sigchld', open: openSexton },
  poll: { backend: 'poll', open: openSexton },
  child_process: { open: openChildProcess },
  'naive loop': { holds: true, open: (file, seen) => openLoop(file, seen, naiveLoop) },
  'two-step loop': { holds: true, open: (file, seen) => openLoop(file, seen, twoStepLoop) },
}

async function openSexton(file, seen) {
  const { spawn, waitForExit } = await import('sexton')
  return {
    start() {
      const { pid } = spawn(file, ARGUMENTS, { stdio: 'ignore' })
      waitForExit(pid).then(() => seen(pid))
      return pid
    },
  }
}

async function openChildProcess(file, seen) {
  const { spawn } = await import('node:child_process')
  return {
    start() {
      const child = spawn(file, ARGUMENTS, { stdio: 'ignore' })
      child.once('exit', () => seen(child.pid))
      return child.pid
    },
  }
}

async function openLoop(file, seen, loop) {
  const { start, hasEnded } = await nativeChildren(file, ARGUMENTS)
  const alive = new Set()
  const look = () => {
    for (const pid of alive) {
      if (!hasEnded(pid)) continue
      alive.delete(pid)
      seen(pid)
    }
  }
  return {
    start() {
      const pid = start()
      alive.add(pid)
      return pid
    },
    begin: () => loop(look),
  }
}

// "Monitoring for process completion in 2021", first loop. It has no end: who has seen enough kills us.
function naiveLoop(look) {
  for (;;) {
    look()
    sleep(100)
  }
}

// Its second loop: 20 rounds a second, and a first look after 50 µs.
function twoStepLoop(look) {
  for (;;) {
    sleep(0.05)
    look()
    sleep(49.95)
  }
}

// The article's loops sleep, and so hold their thread; a JavaScript timer would not, but cannot be
// shorter than 1 ms.
const never = new Int32Array(new SharedArrayBuffer(4))

function sleep(milliseconds) {
  Atomics.wait(never, 0, 0, milliseconds)
}
