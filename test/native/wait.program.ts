import { once } from 'node:events'
import { spawn } from 'sexton'
import { binding, P_PID } from '../../lib/system/binding.js'
import { exitWith, startWorker } from '../inside.js'
import { wait } from './raw.js'

/** In a worker. */
export function startSleeper() {
  setInterval(() => {}, 1000)
  return spawn('sleep', ['1000']).pid
}

export async function lookAtWorkersChild() {
  const [pid] = await once(startWorker(startSleeper, []), 'message')
  const look = (flags: number) => wait(P_PID, pid, flags | binding.peek)
  const seen = { any: look(0), thisThread: look(binding.onlyThisThread) }
  process.kill(pid)
  return exitWith(seen)
}
