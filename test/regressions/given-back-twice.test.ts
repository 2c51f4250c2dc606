import { describe, expect, it } from 'vitest'
import { Sweep } from '../../lib/exit/sweep.js'
import { shutdown } from '../../lib/index.js'
import { beSeen } from '../../lib/signals/visible-listener.js'

const listeners = () => process.listenerCount('SIGTERM')

describe('What is given back twice', () => {
  it('as a shutdown does not take the listener of another', () => {
    const before = listeners()
    const first = shutdown(() => {})
    const second = shutdown(() => {})
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    expect(listeners()).toBe(before + 1)
    second[Symbol.dispose]()
    expect(listeners()).toBe(before)
    const third = shutdown(() => {})
    expect(listeners()).toBe(before + 1)
    third[Symbol.dispose]()
    expect(listeners()).toBe(before)
  })

  it('as a visible listener is given back once', () => {
    const before = process.listenerCount('SIGUSR2')
    const leave = beSeen('SIGUSR2')
    const leaveToo = beSeen('SIGUSR2')
    leave()
    leave()
    expect(process.listenerCount('SIGUSR2')).toBe(before + 1)
    leaveToo()
    expect(process.listenerCount('SIGUSR2')).toBe(before)
  })

  it('as a watch does not end the watch of a later child with that pid', () => {
    const pid = 2 ** 22 + 1 // no process has it
    const runs: (() => void)[] = []
    const sweep = new Sweep((run) => {
      runs.push(run)
      return () => {}
    }, false)
    const looks: string[] = []
    const earlier = sweep.watch(pid, () => looks.push('earlier') > 0)
    earlier.stop()
    const later = sweep.watch(pid, () => looks.push('later') > 0)
    earlier.stop()
    runs.at(-1)?.()
    later.stop()
    expect(looks).toEqual(['later'])
  })
})
