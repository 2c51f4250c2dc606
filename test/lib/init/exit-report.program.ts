import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { descendants } from 'sexton'
import { hear } from '../../inside.js'

// These run with sexton/init, and leave processes.

const sleepers = () => descendants().filter(({ name }) => name === 'sleep').length

/** Starts `count` processes which end by TERM, and a shell which does not. */
export async function leave(count: number, stubborn: boolean) {
  for (let i = 0; i < count; i += 1) {
    spawn('sleep', ['1000'], { stdio: 'ignore', detached: true })
  }
  if (stubborn) await startStubborn()
  while (sleepers() < count + Number(stubborn)) await new Promise(setImmediate)
  process.exit(3)
}

async function startStubborn() {
  const script = 'trap "" TERM; echo; while :; do sleep 1000; done'
  const { stdout } = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(stdout, 'data')
}

/** Leaves a process that this one may not end, and prints the message of the channel. */
export async function leaveAsNobody() {
  const child = spawn('sh', ['-c', 'echo; exec sleep 1000 2>&-'], { stdio: 'pipe' })
  await once(child.stdout, 'data')
  while (sleepers() < 1) await new Promise(setImmediate)
  hear('sexton:left', (message) => console.log(JSON.stringify(message)))
  process.setuid?.(65534)
  process.exit(3)
}
