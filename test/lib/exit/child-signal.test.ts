import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { onChildSignal, restChildSignal } from '../../../lib/exit/child-signal.js'
import { eventually } from '../../eventually.js'

// child_process hears for itself of its children's deaths, and so tells us of them.
const death = async () => void (await once(nodeSpawn('true'), 'exit'))

it('A rest hears of no death, then tells everyone once', async () => {
  let told = 0
  onTestFinished(onChildSignal(() => (told += 1)))
  await death()
  await eventually(() => expect(told).toBe(1))
  const begun = performance.now()
  restChildSignal(300)
  restChildSignal(1)
  for (let i = 0; i < 3; i += 1) await death()
  // Unless the machine was so slow that the rest was over before they died.
  if (performance.now() - begun < 300) expect(told).toBe(1)
  await eventually(() => expect(told).toBeGreaterThan(1))
  const before = told
  await death()
  await eventually(() => expect(told).toBe(before + 1))
})

it('A rest outlives its listeners, and serves who comes while it lasts', async () => {
  let told = 0
  const stop = onChildSignal(() => {})
  restChildSignal(20)
  stop()
  onTestFinished(onChildSignal(() => (told += 1)))
  await eventually(() => expect(told).toBe(1))
  await death()
  await eventually(() => expect(told).toBe(2))
})
