import { readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { Signals, spawn, Zombies } from 'sexton'
import { isZombie } from '../fixtures/orphans.mjs'

/** The code of a child that ends later: nothing else keeps this process alive. */
async function codeOfLateChild() {
  return (await spawn('sh', ['-c', 'sleep 0.3; exit 4'], { stdio: 'ignore' }).exited).code
}

export async function leaveSignals() {
  const signals = new Signals(['SIGRTMIN+1'])
  for (let i = 0; i < 300; i += 1) process.kill(process.pid, 35)
  new Signals(['SIGUSR2']).close() // drains what has come
  let read = 0
  setImmediate(() => signals.return())
  for await (const _ of signals) read += 1
  return { read, code: await codeOfLateChild() }
}

/** As PID 1 of a PID namespace of its own. */
export async function leaveZombies() {
  const script = 'for i in {1..200}; do (sleep 0.01 &); done'
  await spawn('bash', ['-c', script], { stdio: 'ignore' }).exited
  const pids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  while (pids().filter(isZombie).length < 200) await setTimeout(5)
  const zombies = new Zombies()
  let read = 0
  for await (const _ of zombies) {
    read += 1
    if (read === 64) setImmediate(() => zombies.return())
  }
  return { few: read < 200, code: await codeOfLateChild() }
}
