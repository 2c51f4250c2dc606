import { describe, expect, it, vi } from 'vitest'
import { persist } from '../../../lib/shim/persistence.js'

function failing(code: 'ENOSPC' | 'EACCES', errno: number) {
  return vi.fn(() => {
    throw Object.assign(new Error(code), { code, errno })
  })
}

describe('An act that finds no room', () => {
  it('is tried again until there is some, and is told of once', async () => {
    const act = failing('ENOSPC', -28)
    const complain = vi.fn()
    const done = persist(() => {
      if (act.mock.calls.length < 3) act()
    }, complain)
    expect(act).toHaveBeenCalledOnce()
    await done
    expect(act).toHaveBeenCalledTimes(3)
    expect(complain).toHaveBeenCalledOnce()
  })

  it('is tried at intervals that grow, and not for ever', async () => {
    const act = failing('ENOSPC', -28)
    await expect(persist(act, () => {}, 400)).rejects.toThrow('ENOSPC')
    // At 0, 50, 150 and 350 ms; a busy machine comes late.
    expect(act.mock.calls.length).toBeGreaterThan(1)
    expect(act.mock.calls.length).toBeLessThanOrEqual(4)
  })
})

describe('An act that fails for another reason', () => {
  it('is not tried again', async () => {
    const act = failing('EACCES', -13)
    const complain = vi.fn()
    await expect(persist(act, complain)).rejects.toThrow('EACCES')
    expect(act).toHaveBeenCalledOnce()
    expect(complain).not.toHaveBeenCalled()
  })
})
