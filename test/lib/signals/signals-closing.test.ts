import { describe, expect, it } from 'vitest'
import type { SignalName } from '../../../lib/index.js'
import { programFile } from '../../program-file.js'
import { Dialogue } from '../dialogue.js'

const programs = await programFile<typeof import('./signals-closing.program.js')>(
  './signals-closing.program.ts',
  import.meta.url,
)

describe('closing the last iterator', () => {
  it.each<[SignalName, number, string]>([
    ['SIGTERM', 15, 'caught'], // by Node, to put the terminal right before it dies
    ['SIGHUP', 1, 'default'],
    ['SIGCHLD', 17, 'default'],
    ['SIGRTMIN+5', 39, 'default'],
  ])('of %s restores what was before', async (name, number, before) => {
    const result = await programs.evaluate('closeEach', [name, number])
    expect(result).toEqual([before, 'caught', 'caught', before, 'caught', before])
  })

  it('makes SIGTERM deadly again', async () => {
    const outcome = await programs.run('dieOfTheSecond', [])
    expect(outcome).toMatchObject({ stdout: 'SIGTERM\n', signal: 'SIGTERM' })
  })

  it('leaves a listener of process.on() in place', async () => {
    const result = await programs.evaluate('keepListener', [])
    expect(result).toEqual(['caught', 'default'])
  })

  it('leaves in place a listener that came while it was open', async () => {
    const result = await programs.evaluate('keepLaterListener', [])
    expect(result).toEqual(['SIGHUP', 'default'])
  })

  it('a thousand times leaves no descriptor behind', async () => {
    const result = await programs.evaluate('closeOften', [])
    expect(result).toEqual([0, 'default', 'default', 'default'])
  })
})

describe('an iterator', () => {
  it('that is closed still delivers what has arrived, then ends', async () => {
    const result = await programs.evaluate('readAfterClose', [])
    expect(result).toEqual([3, true])
  })

  it('that is left by return() ends at once, also for who waits', async () => {
    const result = await programs.evaluate('leaveByReturn', [])
    expect(result).toEqual([true, true, true])
  })

  it('ends by an AbortSignal, without an error and without a listener left', async () => {
    const result = await programs.evaluate('abort', [])
    expect(result).toEqual([0, 1, 0, true, 'default'])
  })

  it('keeps the process alive while someone waits, and not otherwise', async () => {
    await using program = new Dialogue(programs.command('waitForOne', []))
    expect(await program.line()).toBe('open')
    program.kill('SIGUSR2')
    expect(await program.line()).toBe('SIGUSR2')
    expect(await program.end()).toBe(0)
  })

  it('in a worker that ends gives back what it held', async () => {
    const result = await programs.evaluate('terminateWorker', [])
    expect(result).toEqual([
      ['caught', 'caught', 'caught'],
      ['default', 'default', 'caught'], // by a handler that does nothing, as it was ignored
    ])
  })
})
