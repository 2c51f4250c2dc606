import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../compile.js'
import { programFile } from '../program-file.js'

const directory = mkdtempSync(join(tmpdir(), 'sexton-spoil-'))
const library = join(directory, 'spoil.so')

beforeAll(() => compile('test/native/fixtures/spoil-child-signal.c', library, '-shared', '-fPIC'))
afterAll(() => rmSync(directory, { recursive: true }))

const programs = await programFile<typeof import('./child-signal.program.js')>(
  './child-signal.program.ts',
  import.meta.url,
)

/** A Node in which the program can spoil SIGCHLD. */
const spoiled = (how: string) => ({
  env: { SPOILER: library, SPOIL: how, SEXTON_BACKEND: 'poll' },
})

describe('repairChildSignal', () => {
  it.each(['ignore', 'nocldwait'])('undoes "%s", which loses every status', async (how) => {
    const result = await programs.evaluate('repairLoss', [], spoiled(how))
    expect(result).toEqual({ lost: 'gone', repaired: [true, false], kept: 7 })
  })

  it('unblocks SIGCHLD, which would never be heard', async () => {
    const result = await programs.evaluate('repairBlock', [], spoiled('block'))
    expect(result).toEqual({ repaired: [true, false], status: 7 })
  })

  it.each(['ignore', 'nocldwait', 'block'])(
    'is called by spawn before a birth: %s',
    async (how) => {
      expect(await programs.evaluate('spawnSpoiled', [], spoiled(how))).toBe(7)
    },
  )

  it('has nothing to do in a Node that was started with SIGCHLD ignored', async () => {
    const prefix = ['sh', '-c', 'trap "" CHLD; exec "$@"', 'sh']
    const result = await programs.evaluate('repairNothing', [], { prefix })
    expect(result).toEqual({ repaired: false, code: 7 })
  })
})

describe('startChildSignal', () => {
  it('calls after a death and a restart, not after stopChildSignal', async () => {
    const result = await programs.evaluate('startAgain', [])
    expect(result).toEqual({ results: [true, false, true], last: 0 })
  })

  it("is heard in every thread that listens, also of another thread's child", async () => {
    const messages = await programs.evaluate('hearInThreeWorkers', [])
    expect(messages).toEqual(['heard', 'heard', 'heard'])
  })
})
