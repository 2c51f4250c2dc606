// sexton and child_process both take the status of every child that they spawn, so a loop that is to take it itself
// needs children that neither knows: siblings.c starts them.

import { spawnSync } from 'node:child_process'
import { binding, P_PID } from '../dist/system/binding.js'

/** Starts `count` children. @returns Their pids. */
export function startChildren(siblings, count, file, args) {
  const words = [String(count), file, ...args]
  const { status, stdout } = spawnSync(siblings, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${siblings} failed with ${status}`)
  return stdout.trim().split('\n').map(Number)
}

const records = new Float64Array(binding.waitFields)

/** Takes the status of a child, if it has ended. */
export function hasEnded(pid) {
  const taken = binding.wait(P_PID, pid, 0, records)
  if (taken < 0) throw new Error(`waitid failed with errno ${-taken}`)
  return taken > 0
}
