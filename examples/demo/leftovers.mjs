import { setTimeout as sleep } from 'node:timers/promises'
import { descendants, subreaper, Zombies } from 'sexton'

const PATIENCE = 2000

/**
 * Without a namespace that takes its zombies with it, those of the careless subreaper would go to the
 * machine's own init, which in a container may be as careless: so they come to us, and are reaped.
 */
export function collectLeftovers() {
  subreaper.enable()
  const zombies = new Zombies()
  const reaping = reapAll(zombies)
  return {
    async done() {
      const deadline = performance.now() + PATIENCE
      while (descendants().length > 0 && performance.now() < deadline) await sleep(20)
      zombies.close()
      await reaping
    },
  }
}

async function reapAll(zombies) {
  let reaped = 0
  for await (const _ of zombies) reaped += 1
  return reaped
}
