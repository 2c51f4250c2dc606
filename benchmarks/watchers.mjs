// The ways to watch many children at once. Each opens with what it needs, and no more. `start(count)` gives the pids of
// children that are watched from then on, and `seen` is called with the pid of each whose end was noticed. `programs` are
// the paths of pause.c and siblings.c.

const ARGUMENTS = [String(process.pid)] // of pause.c

/** By name: the sexton back-end it needs, whether it holds its thread, and how to open it. */
export const watchers = {
  pidfd: { backend: 'pidfd', open: openSexton },
  sigchld: { backend: 'sigchld', open: openSexton },
  poll: { backend: 'poll', open: openSexton },
  child_process: { open: openChildProcess },
  'naive loop': { holds: true, open: (programs, seen) => openLoop(programs, seen, naiveLoop) },
  'two-step loop': { holds: true, open: (programs, seen) => openLoop(programs, seen, twoStepLoop) },
}

const times = (count, start) => Array.from({ length: count }, start)

async function openSexton({ pause }, seen) {
  const { spawn, waitForExit } = await import('sexton')
  const startOne = () => {
    const { pid } = spawn(pause, ARGUMENTS, { stdio: 'ignore' })
    waitForExit(pid).then(() => seen(pid))
    return pid
  }
  return { start: (count) => times(count, startOne) }
}

async function openChildProcess({ pause }, seen) {
  const { spawn } = await import('node:child_process')
  const startOne = () => {
    const child = spawn(pause, ARGUMENTS, { stdio: 'ignore' })
    child.once('exit', () => seen(child.pid))
    return child.pid
  }
  return { start: (count) => times(count, startOne) }
}

async function openLoop({ pause, siblings }, seen, loop) {
  const { hasEnded, startChildren } = await import('./unowned-children.mjs')
  const alive = new Set()
  const look = () => {
    for (const pid of alive) {
      if (!hasEnded(pid)) continue
      alive.delete(pid)
      seen(pid)
    }
  }
  return {
    start(count) {
      const pids = startChildren(siblings, count, pause, ARGUMENTS)
      for (const pid of pids) alive.add(pid)
      return pids
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
