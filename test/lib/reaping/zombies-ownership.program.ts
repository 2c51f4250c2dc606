import { exec, execFile, spawn as nodeSpawn, spawnSync } from 'node:child_process'
import { on, once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { descendants, spawn, Zombies } from 'sexton'
import { orphans } from '../../fixtures/orphans.mjs'
import { startWorker, take } from '../../inside.js'

export async function dieTogether() {
  const { pids, end } = await orphans(64, 7)
  const taking = take(new Zombies(), 64)
  const children = Array.from({ length: 64 }, (_, i) =>
    nodeSpawn('sh', ['-c', `read x; exit ${i}`], { stdio: ['pipe', 'ignore', 'inherit'] }),
  )
  const exits = Promise.all(children.map((child) => once(child, 'exit')))
  for (const child of children) child.stdin.destroy()
  end()
  const codes = (await exits).map(([code]) => code)
  const taken = await taking
  return {
    codes: codes.every((code, i) => code === i),
    orphans: taken.every(({ pid, code }) => pids.includes(pid) && code === 7),
    left: descendants().length,
  }
}

export async function startInAllWays() {
  const { pids, end } = await orphans(64, 7)
  const taking = take(new Zombies(), 64)
  const started: unknown[] = []
  for (const pid of pids.slice(0, 16)) {
    process.kill(pid, 'SIGKILL')
    started.push(
      once(nodeSpawn('sh', ['-c', 'exit 1']), 'exit').then(([code]) => code),
      new Promise((resolve) => exec('exit 2', (error) => resolve(error?.code))),
      new Promise((resolve) => execFile('sh', ['-c', 'exit 3'], (error) => resolve(error?.code))),
      spawn('sh', ['-c', 'exit 4']).exited.then(({ code }) => code),
      spawnSync('sh', ['-c', 'exit 5']).status,
    )
  }
  end()
  const codes = await Promise.all(started)
  await taking
  return [codes.every((code, i) => code === (i % 5) + 1), descendants().length]
}

/** In a worker. */
export async function startBothKinds() {
  const codes = Array.from({ length: 32 }, (_, i) => [
    once(nodeSpawn('sh', ['-c', `exit ${i}`]), 'exit').then(([code]) => code),
    spawn('sh', ['-c', `exit ${i}`]).exited.then(({ code }) => code),
  ])
  parentPort?.postMessage('started')
  return Promise.all(codes.flat())
}

export async function startInWorker() {
  const { end } = await orphans(32, 7)
  const taking = take(new Zombies(), 32)
  const worker = startWorker(startBothKinds, [])
  // Both messages may come in one turn of the event loop: a second once() would then miss the second.
  const messages = on(worker, 'message')
  await messages.next()
  end()
  const [codes] = (await messages.next()).value as [number[]]
  const taken = await taking
  return [codes.every((code, i) => code === i >> 1), taken.every(({ code }) => code === 7)]
}
