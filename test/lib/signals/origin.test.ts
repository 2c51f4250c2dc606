import { describe, expect, it } from 'vitest'
import { describeSender } from '../../../lib/signals/origin.js'

describe('describeSender', () => {
  it.each([
    [{ pid: 0, uid: 0, code: 'SI_KERNEL' }, 'the kernel'],
    [{ pid: 0, uid: 1000, code: 'SI_USER' }, 'a process outside this PID namespace (uid 1000)'],
    [{ pid: 0, uid: 0, code: 'SI_TIMER' }, 'the system (SI_TIMER)'],
    [{ pid: 4_194_303, uid: 7, code: 'SI_QUEUE' }, 'pid 4194303 (uid 7)'],
  ])('says of %o: %s', (origin, text) => {
    expect(describeSender(origin)).toBe(text)
  })
})
