import { describe, expect, it, onTestFinished } from 'vitest'
import { Draft } from '../../../lib/keeper/draft.js'
import { closeDescriptor, makeMemoryFile } from '../../../lib/system/descriptors.js'

describe('A draft', () => {
  it('has what was written last, and not what an earlier server has left', () => {
    const fd = makeMemoryFile()
    onTestFinished(() => closeDescriptor(fd))
    new Draft(fd).write('of a server that was killed')
    const draft = new Draft(fd)
    draft.write('one')
    expect(String(draft.rest())).toBe('one')
    expect(String(draft.rest())).toBe('')
    draft.write('two, ')
    draft.write('of which the manager has nothing')
    expect(String(draft.rest())).toBe('of which the manager has nothing')
  })
})
