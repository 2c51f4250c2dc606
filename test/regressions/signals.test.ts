import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { compile } from '../compile.js'
import { root } from '../program.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./signals.program.js')>(
  './signals.program.ts',
  import.meta.url,
)

describe('a burst of signals while the loop is blocked', () => {
  it.each([37, 10])('does not cost a child its exit event (signal %s)', async (signal) => {
    const result = await programs.evaluate('burst', [signal, 6000])
    expect(result).toEqual({ code: 0, some: true, all: signal === 37 })
  })
})

describe('closing Signals', () => {
  it('leaves no handler behind when a listener from before has gone', async () => {
    const outcome = await programs.run('dieWithoutListener', [])
    expect(outcome).toMatchObject({ signal: 'SIGTERM', stdout: '' })
  })

  it('leaves no handler behind when a once-listener has fired', async () => {
    const outcome = await programs.run('dieAfterOnce', [])
    expect(outcome).toMatchObject({ signal: 'SIGTERM', stdout: '' })
  })

  it.each(['by itself', 'with its worker'] as const)(
    'lets no signal that was ignored meet its default action: %s',
    async (how) => {
      const result = await programs.evaluate('closeUnderFlood', [how])
      expect(result).toBe(true)
    },
  )

  it("brings back Node's own handler of SIGUSR1", async () => {
    const result = await programs.evaluate('compareMasks', [])
    expect(result.before).toHaveLength(2)
    expect(result.after).toEqual(result.before)
  })

  it('still delivers what had arrived, and gives it to no later iterator', async () => {
    const result = await programs.evaluate('closeWithOneWaiting', [])
    expect(result).toEqual({ name: 'SIGUSR2', later: 'nothing' })
  })
})

async function hastyLibrary(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'sexton-hasty-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const library = join(directory, 'hasty.so')
  await compile(join(root, 'test/fixtures/hasty.c'), library, '-shared', '-fPIC')
  return library
}

describe("a signal between libuv's handler and ours", () => {
  const heard = (env: Record<string, string>) => programs.evaluate('hearTwice', [], { env })

  it('is delivered, once, by whomever it was sent', async () => {
    const [sent, missed] = [
      ['SIGUSR2', true],
      ['SIGUSR2', false],
    ]
    expect(await heard({})).toEqual([sent, sent])
    expect(await heard({ LD_PRELOAD: await hastyLibrary() })).toEqual([missed, sent, missed, sent])
  })
})

describe('a listener that changes who listens, while signals wait to be told', () => {
  it('loses none of them, nor their order', async () => {
    const heard = await programs.evaluate('closeOtherWhileTold', [])
    expect(heard).toEqual(['SIGHUP', 'SIGUSR2'])
  })
})
