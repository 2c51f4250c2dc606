import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { waiters } from './waiters.mjs'

const CONTENDER = fileURLToPath(new URL('contender.mjs', import.meta.url))
const TOO_LONG = 60_000

/**
 * Runs a contender and kills each of its children at its time, in milliseconds. All clocks are the
 * system's monotonic one, so the instant of the kill here and the instant of its being noticed there
 * can be compared. The wait of each child: how late its end was noticed (µs), how long the wait was
 * (s), and what the contender used meanwhile (CPU µs, times it was woken).
 */
export async function runContender(name, lifetimes) {
  const contender = startContender(name, lifetimes.length)
  const closed = once(contender, 'close')
  const waits = []
  let begun = 0
  let killed = 0n
  for await (const line of createInterface({ input: contender.stdout })) {
    const { pid, noticed, ...cost } = JSON.parse(line)
    if (pid === undefined) {
      waits.push({ latency: Number(BigInt(noticed) - killed) / 1e3, ...cost })
      continue
    }
    await sleep(lifetimes[begun])
    begun += 1
    killed = process.hrtime.bigint()
    process.kill(pid, 'SIGKILL')
  }
  const [code, signal] = await closed
  if (code === 0 && waits.length === lifetimes.length) return waits
  throw new Error(`contender '${name}' ended with ${signal ?? code} after ${waits.length} waits`)
}

function startContender(name, count) {
  return spawn(process.execPath, [CONTENDER, name, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Extra certificates would be read at the start of each Node and only cost time.
    env: {
      ...process.env,
      SEXTON_BACKEND: waiters[name].backend,
      NODE_EXTRA_CA_CERTS: undefined,
    },
    timeout: TOO_LONG,
    killSignal: 'SIGKILL',
  })
}
