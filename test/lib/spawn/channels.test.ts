import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ExitedMessage, type SpawnedMessage, spawn } from '../../../lib/index.js'

/** The messages of a channel, from now to the end of the test. */
function heard<M>(channel: string): M[] {
  const messages: M[] = []
  const hear = (message: unknown) => void messages.push(message as M)
  subscribe(channel, hear)
  onTestFinished(() => void unsubscribe(channel, hear))
  return messages
}

describe('The channels of spawn', () => {
  it('tell each start with its time, and each exit with its status', async () => {
    const [spawned, exited] = [
      heard<SpawnedMessage>('sexton:spawned'),
      heard<ExitedMessage>('sexton:exited'),
    ]
    const began = performance.now()
    const children = Array.from({ length: 40 }, (_, code) => spawn('sh', ['-c', `exit ${code}`]))
    const tookMs = performance.now() - began
    expect(spawned.map(({ pid }) => pid)).toEqual(children.map(({ pid }) => pid))
    const sum = spawned.reduce((total, { durationMs }) => total + durationMs, 0)
    expect(sum).toBeGreaterThan(0)
    expect(sum).toBeLessThanOrEqual(tookMs)
    const statuses = await Promise.all(children.map((child) => child.exited))
    expect(new Set(exited.map(({ status }) => status))).toEqual(new Set(statuses))
  })

  it('tell nothing of a child that could not be made', async () => {
    const spawned = heard('sexton:spawned')
    const { exited } = spawn('true', [], { cgroup: '/no/such/group' })
    await expect(exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
    expect(spawned).toEqual([])
  })

  it('tell why a child has not come to run its program', async () => {
    spawn('true') // The first is always awaited.
    const spawned = heard<SpawnedMessage>('sexton:spawned')
    const exits = heard<ExitedMessage>('sexton:exited')
    const error = await spawn('/no/such/file').exited.catch((reason) => reason)
    expect(error).toMatchObject({ code: 'ERR_SPAWN_FAILED', path: '/no/such/file' })
    expect(exits.map(({ failure }) => failure)).toEqual(spawned.map(() => error))
  })

  it('tell the exit of those children alone whose start was heard', async () => {
    const before = spawn('sleep', ['1000'])
    const exited = heard<ExitedMessage>('sexton:exited')
    const after = spawn('sleep', ['1000'])
    for (const child of [before, after]) child.kill()
    await Promise.all([before.exited, after.exited])
    expect(exited.map(({ status }) => status.pid)).toEqual([after.pid])
  })
})
