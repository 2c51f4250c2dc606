import { describe, expect, it, vi } from 'vitest'
import { SextonError } from '../../../lib/base/errors.js'

const failure = new SextonError('ERR_SYSTEM', "readdir '/proc': EMFILE: too many open files")

// The setup has loaded the library already.
vi.resetModules()
vi.doMock('../../../lib/keeper/search.js', () => ({ killMarked: () => Promise.reject(failure) }))
const { Remains } = await import('../../../lib/keeper/remains.js')

const places = { cgroup: undefined, groups: undefined }

describe('The search for what a killed keeper has left', () => {
  it('does not say that there is nothing if it could not look', async () => {
    const remains = new Remains({ id: 'id', number: 1 }, places, {
      onEvent: () => {},
      isKeeper: () => false,
    })
    expect(remains.searchFailure).toBeUndefined()
    expect(await remains.endByMark()).toBe(0)
    expect(remains.searchFailure).toBe(failure)
  })
})
