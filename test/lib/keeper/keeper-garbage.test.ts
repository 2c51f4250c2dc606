import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REPORTS } from '../../../lib/keeper/frames.js'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { sized } from '../../pace.mjs'
import { folder, startJob, useScript } from './instead.js'

// What a keeper never sends: any frames in any order, and any bytes. Whatever comes, all promises settle.

const number = fc.oneof(
  fc.constantFrom(0, 1, 2, 7, 200, 2 ** 31, 2 ** 32 - 1),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
)

/** The payload's bytes of each kind, but for a name. */
const SIZES: Readonly<Record<keyof typeof REPORTS, number>> = {
  ...{ refused: 8, failed: 8, started: 4, exited: 96, reaped: 96, ending: 4, killed: 16 },
  ...{ left: 16, dropped: 4, ended: 8, pong: 0, asked: 16, limited: 4, init: 4 },
}

const frame = fc
  .tuple(fc.constantFrom(...Object.entries(SIZES)), fc.array(number, { maxLength: 24 }))
  .map(([[kind, size], words]) => {
    const bytes = Buffer.alloc(8 + size)
    bytes.writeUInt8(REPORTS[kind as keyof typeof REPORTS], 0)
    bytes.writeUInt32LE(size, 4)
    for (const [i, word] of words.slice(0, size / 4).entries()) bytes.writeUInt32LE(word, 8 + i * 4)
    return bytes
  })

const anything = fc
  .array(fc.oneof({ weight: 8, arbitrary: frame }, { weight: 1, arbitrary: fc.uint8Array() }), {
    maxLength: 8,
  })
  .map((pieces) => Buffer.concat(pieces))

const words = (...numbers: number[]) => Buffer.from(Uint32Array.from(numbers).buffer)

let files = 0

function startTelling(bytes: Uint8Array, end: string) {
  files += 1
  const file = join(folder, `reports-${files}`)
  writeFileSync(file, bytes)
  useScript(`cat '${file}' >&3; ${end}`)
  return startJob(['true']).keeper
}

const isSettled = (each: PromiseSettledResult<unknown>) =>
  each.status === 'fulfilled' || each.reason instanceof Error

describe('Promises of a job', () => {
  it('settle whatever its keeper tells', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anything, fc.constantFrom('exit 0', 'kill -9 $$')), {
          minLength: 8,
          maxLength: 12,
        }),
        async (all) => {
          await Promise.all(
            all.map(async ([bytes, end]) => {
              const { started, exited, ended } = startTelling(bytes, end)
              const settled = await Promise.allSettled([started, exited, ended])
              expect(settled.every(isSettled)).toBe(true)
            }),
          )
        },
      ),
      { seed: 20_251_127, numRuns: sized(10, 3) },
    )
  })

  // The keeper of a closed connection has time for the ending of the job, which takes twice the grace.
  it('settle if the keeper stays when its work is over, or makes no sense', async () => {
    const all: [Buffer, string][] = [
      [Buffer.of(99, 0, 0, 0, 0, 0, 0, 0), 'exec sleep 1000'],
      [Buffer.of(), 'exec 3>&-; exec sleep 1000'],
      [words(REPORTS.ended, 8, 0, 0), 'exec sleep 1000'],
      [words(REPORTS.refused, 8, 2, 2), 'exec sleep 1000'],
    ]
    const keepers = all.map(([bytes, end]) => startTelling(bytes, end))
    await Promise.all(keepers.map(({ ended }) => ended))
    await eventually(() => {
      for (const { pid } of keepers) expect(readStat(pid)).toBeUndefined()
    }, 10_000)
  })

  it('reject if it tells of an end, and not of the command’s', async () => {
    const told = [
      ...[words(REPORTS.started, 4, 77), words(REPORTS.left, 16, 77, 1, 82, 1)],
      words(REPORTS.ended, 8, 0, 1),
    ]
    const { started, exited, ended } = startTelling(Buffer.concat(told), 'exit 0')
    expect(await started).toBe(77)
    const failure = { code: 'ERR_NOT_PERMITTED', errno: 1, syscall: 'pidfd_send_signal', pid: 77 }
    await expect(exited).rejects.toMatchObject(failure)
    expect(await ended).toEqual({ kept: 0, left: 1 })
  })
})
