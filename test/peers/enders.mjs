// How each subject starts a command and ends everything that it has started, by the strongest means that it offers.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execa } from 'execa'
import treeKill from 'tree-kill'
import { runJob } from '../../dist/index.js'

const GRACE = 100 // milliseconds
const STDIO = ['ignore', 'pipe', 'ignore']

function started(file, args, env, options = {}) {
  const child = spawn(file, args, { stdio: STDIO, env: { ...process.env, ...env }, ...options })
  return { child, ready: once(child.stdout, 'data'), exit: once(child, 'exit') }
}

export const enders = {
  async sexton(file, args, env) {
    const job = runJob(file, args, { stdio: STDIO, env, grace: GRACE, reject: false })
    await job[Symbol.asyncIterator]().next()
    job.kill()
    await job
  },

  async child_process(file, args, env) {
    const { child, ready, exit } = started(file, args, env, { detached: true })
    await ready
    process.kill(-child.pid, 'SIGKILL')
    await exit
  },

  async 'tree-kill'(file, args, env) {
    const { child, ready, exit } = started(file, args, env)
    await ready
    await new Promise((resolve) => treeKill(child.pid, 'SIGKILL', resolve))
    await exit
  },

  // It waits for whoever holds the output. The caller counts what is left meanwhile.
  async execa(file, args, env) {
    const options = { stdio: STDIO, env, reject: false, buffer: false }
    const running = execa(file, args, {
      ...options,
      killDescendants: true,
      forceKillAfterDelay: GRACE,
    })
    await once(running.stdout, 'data')
    running.kill()
  },

  // A signal to timeout(1) has the effect of the end of its time, whenever that is.
  async timeout(file, args, env) {
    const words = [`--kill-after=${GRACE / 1000}`, '100000', file, ...args]
    const { child, ready, exit } = started('timeout', words, env)
    await ready
    child.kill()
    await exit
  },
}
