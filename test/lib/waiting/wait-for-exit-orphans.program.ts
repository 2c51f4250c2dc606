import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { descendants, waitForExit, Zombies } from 'sexton'
import { dead, orphans } from '../../fixtures/orphans.mjs'
import { startWorker, take } from '../../inside.js'
import { patience } from '../../pace.mjs'

const ENOUGH = patience(10_000)

export async function waitForOne() {
  const { pids, end } = await orphans(1, 7)
  const waiting = waitForExit(pids[0] as number, ENOUGH)
  end()
  const { code, known, usage } = await waiting
  return { code, known, used: usage !== undefined, left: descendants() }
}

export async function waitForTheDead() {
  const { pids, end } = await orphans(3, 7)
  end()
  await dead(pids)
  const statuses = await Promise.all(pids.map((pid) => waitForExit(pid, 0)))
  return [statuses.map(({ code }) => code), descendants()]
}

export async function waitBesideZombies() {
  const { pids, end } = await orphans(64, 5)
  const reading = take(new Zombies(), 64)
  const waiting = [...pids, ...pids].map((pid) => waitForExit(pid, ENOUGH))
  end()
  const codes = (await Promise.all(waiting)).map(({ code }) => code)
  const seen = (await reading).filter(({ code }) => code === 5)
  return {
    codes: codes.filter((code) => code === 5).length,
    zombies: new Set(seen.map(({ pid }) => pid)).size,
  }
}

/** In a worker. */
export async function waitFor(pid: number) {
  const waiting = waitForExit(pid, ENOUGH)
  parentPort?.postMessage('waiting')
  return (await waiting).code
}

export async function waitInWorker() {
  const { pids, end } = await orphans(1, 7)
  const worker = startWorker(waitFor, [pids[0] as number])
  await once(worker, 'message')
  end()
  const [code] = await once(worker, 'message')
  return [code, descendants().map(({ state }) => state)]
}
