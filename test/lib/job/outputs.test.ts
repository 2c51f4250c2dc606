import { writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkRunOptions } from '../../../lib/job/checked-options.js'
import { Outputs } from '../../../lib/job/outputs.js'

describe('Outputs', () => {
  it.each([
    ['5 bytes', '01234', 0],
    ['6 bytes', '012345', 1],
  ])('tell of an overflow that is read after the exit: %s', async (_, written, overflows) => {
    let told = 0
    const outputs = new Outputs(checkRunOptions({ maxBuffer: 5 }), () => {
      told += 1
    })
    const { output, buffer, end } = outputs.capture()
    using pipe = end
    output.open()
    writeSync(pipe.fd, written)
    expect(await outputs.drained()).toBe(true)
    expect(told).toBe(overflows)
    expect(buffer.contents().toString()).toBe('01234')
  })

  it('do not blame the command for what a descendant writes', async () => {
    let told = 0
    const outputs = new Outputs(checkRunOptions({ maxBuffer: 5 }), () => {
      told += 1
    })
    const { output, end } = outputs.capture()
    using pipe = end
    output.open()
    const drained = outputs.drained()
    writeSync(pipe.fd, '0123456789')
    expect(await drained).toBe(true)
    expect(told).toBe(0)
    expect(outputs.truncated).toBe(true)
  })
})
