import { describe, expect, it } from 'vitest'
import { nodeWithInit } from '../../program.js'
import { programFile } from '../../program-file.js'
import type { Way } from './init-abandoned.program.js'

// Children of child_process whose libuv asks no more: Node itself leaves them as zombies for as long as
// the process lives (nodejs/node#46569, libuv/libuv#1911).

const programs = await programFile<typeof import('./init-abandoned.program.js')>(
  './init-abandoned.program.ts',
  import.meta.url,
)
const withInit = { node: nodeWithInit, timeout: 20_000 }
const plain = { timeout: 20_000 }

const all = { reaped: 70, adopted: 0, abandoned: 70, pending: 0, left: 0 }

const ways: Way[] = [
  'that was terminated',
  'that was terminated in a loop right after the births',
  'that was terminated while it was blocked',
]

describe('The children of a worker', () => {
  it.each(ways)('%s are reaped when they die', async (way) => {
    const result = await programs.evaluate('terminateThenKill', [way], withInit)
    expect(result).toEqual(all)
  })

  it('that has ended by itself, and did not wait for them, are, too', async () => {
    const result = await programs.evaluate('leaveThenKill', [], withInit)
    expect(result).toEqual(all)
  })

  it('that died before it was terminated are, too: of those no SIGCHLD tells', async () => {
    const result = await programs.evaluate('killThenTerminate', [], withInit)
    expect(result).toEqual({ left: 0 })
  })

  it('of a worker’s worker are, too', async () => {
    const result = await programs.evaluate('terminateGrandparent', [], withInit)
    expect(result).toEqual({ ...all, reaped: 1, abandoned: 1 })
  })

  it('are reaped too if a worker’s worker ends among dead ones', async () => {
    const left = await programs.evaluate('endParentAmongTheDead', [], withInit)
    expect(left).toBe(0)
  })

  it('are started where /proc cannot be read, too', async () => {
    const outcome = await programs.run('exitInWorker', [], {
      node: nodeWithInit,
      prefix: ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'],
    })
    expect(outcome).toMatchObject({ code: 0, stdout: '0\n', stderr: '' })
  })

  it('are reaped at once beside an addon: they were child_process’s', async () => {
    const result = await programs.evaluate('terminateBesideAddon', [], withInit)
    expect(result).toEqual(all)
  })

  it('count as adopted if the worker does not load sexton/init', async () => {
    const result = await programs.evaluate('terminateWithoutInit', [], plain)
    expect(result).toEqual({ ...all, adopted: 70, abandoned: 0 })
  })

  it('stay zombies without sexton/init: that is the problem', async () => {
    const left = await programs.evaluate('keepZombies', [], plain)
    expect(left).toBe(70)
  })

  it('of a worker that lives get their exit event, and leave no note behind', async () => {
    const result = await programs.evaluate('hearOfAllInWorker', [], withInit)
    expect(result).toEqual([[true, true, null], 0])
  })
})

describe('A child whose handle was closed early', () => {
  it.each([
    ['', false],
    [', where another addon is loaded, too', true],
  ] as const)('is reaped when it dies%s', async (_, besideAddon) => {
    const result = await programs.evaluate('closeHandles', [besideAddon], withInit)
    expect(result).toEqual(all)
  })

  it.each(['before', 'just before', 'during'] as const)(
    'can be waited for: closed %s the wait',
    async (when) => {
      const result = await programs.evaluate('waitForClosed', [when], withInit)
      expect(result).toBe('SIGKILL')
    },
  )

  it('is not one that is only unreferenced', async () => {
    const result = await programs.evaluate('unreference', [], withInit)
    expect(result).toEqual([true, 0])
  })
})
