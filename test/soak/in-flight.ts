import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { openProcess } from '../../lib/index.js'
import { readStat } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { endOf } from '../lib/shim/shimmy/shimmies.js'
import type { Shim } from '../lib/shim/shims.js'

/** When a signal came: before the runtime, while it ran, between its end and the container's pid, or after that. */
export type Instant = 'early' | 'creating' | 'in flight' | 'running'

/**
 * Starts shims, and sends each one TERM at a random instant. Whatever it meets, no container is left, and the manager
 * has heard a whole message and found a whole exit file, unless the signal has ended the shim before it began.
 *
 * @returns How often each instant was met.
 */
export async function signalAtRandom(
  start: () => Shim,
  rounds: number,
): Promise<Map<Instant, number>> {
  const counts = new Map<Instant, number>()
  for (let i = 0; i < rounds; i += 1) {
    const instant = await signalOnce(start(), i % 2 === 0)
    counts.set(instant, (counts.get(instant) ?? 0) + 1)
  }
  return counts
}

// Half of the signals are sent just after the runtime has written the pid: it is about to exit.
async function signalOnce(shim: Shim, isLate: boolean): Promise<Instant> {
  await shim.foreground
  const hasPid = () => existsSync(join(shim.bundle, 'pidfile'))
  using opened = openProcess(shim.pid('conmon.pid'))
  if (isLate) {
    await eventually(() => expect(hasPid() || shim.told() !== '').toBe(true))
    await delay(Math.random() * 10)
  } else await delay(Math.random() * 250)
  const [wasTold, wasMade] = [shim.told() !== '', hasPid()]
  opened.kill('SIGTERM')
  await opened.exited
  await shim.ended
  await expectNoContainer(shim)
  if (shim.told() === '') return 'early'
  const { kind, stderr } = JSON.parse(shim.told()) as { kind: string; stderr?: string }
  if (kind === 'container_pid') await endOf(shim)
  else expect({ stderr }).toBeDefined()
  return wasTold ? 'running' : wasMade ? 'in flight' : 'creating'
}

async function expectNoContainer(shim: Shim): Promise<void> {
  if (!existsSync(join(shim.bundle, 'pidfile'))) return
  const lives = () => !['Z', undefined].includes(readStat(shim.pid('pidfile'))?.state)
  await eventually(() => expect(lives()).toBe(false))
}
