import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { programFile } from '../../../program-file.js'
import { temporaryFolder } from '../../system/folder.js'

const { EMFILE, ENOTSOCK } = constants.errno

const programs = await programFile<typeof import('./reception.program.js')>(
  './reception.program.ts',
  import.meta.url,
)

describe('A server that has no free descriptor', () => {
  it('tells a front so, and does not fail where none waits', async () => {
    const prefix = ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh']
    const args: [string] = [temporaryFolder()]
    expect(await programs.evaluate('acceptWithoutDescriptors', args, { prefix })).toEqual({
      before: { fd: null, hasRefused: false },
      refusing: { errno: EMFILE, hasRefused: true },
      told: expect.stringContaining('no free descriptors'),
      after: { fd: null, hasRefused: false },
    })
  })
})

describe('A server that cannot accept for another reason', () => {
  it('has told nobody, so it must rest before it tries again', async () => {
    expect(await programs.evaluate('acceptFromNoSocket', [])).toEqual({
      errno: ENOTSOCK,
      hasRefused: false,
    })
  })
})
