import { spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { init } from 'sexton/init'

/** Starts a shell that leaves orphans, and gives how many have been reaped when `count` have, or the time is over. */
export async function reapOrphans(script: string, count: number, time: number): Promise<number> {
  spawn('sh', ['-c', script], { stdio: 'ignore' })
  const end = performance.now() + time
  while (init.stats().reaped < count && performance.now() < end) await setTimeout(10)
  return init.stats().reaped
}
