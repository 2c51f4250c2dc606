import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  muteChildSignal,
  onChildSignal,
  unmuteChildSignal,
} from '../../../lib/exit/child-signal.js'
import { eventually } from '../../eventually.js'

// child_process hears SIGCHLD by itself, so its event tells that a child has died.
const death = async () => void (await once(nodeSpawn('true'), 'exit'))

describe('SIGCHLD', () => {
  it('is not heard while it is muted, and once for each listener after that', async () => {
    let told = 0
    onTestFinished(onChildSignal(() => (told += 1)))
    await death()
    await eventually(() => expect(told).toBe(1))
    muteChildSignal()
    muteChildSignal()
    for (let i = 0; i < 3; i += 1) await death()
    expect(told).toBe(1)
    unmuteChildSignal()
    unmuteChildSignal()
    expect(told).toBe(2)
    await death()
    await eventually(() => expect(told).toBe(3))
  })

  it('stays muted when its listeners have gone, for later ones too', async () => {
    let told = 0
    const stop = onChildSignal(() => {})
    muteChildSignal()
    stop()
    onTestFinished(onChildSignal(() => (told += 1)))
    await death()
    expect(told).toBe(0)
    unmuteChildSignal()
    expect(told).toBe(1)
    await death()
    await eventually(() => expect(told).toBe(2))
  })
})
