import { describe, expect, it } from 'vitest'
import { drawing, erasing, statusText } from '../../../../lib/cli/run/status-line.js'

describe('The status line', () => {
  it('tells the time, and the number and memory of the processes', () => {
    const process = { memory: 2 * 1024 ** 2 }
    expect(statusText(0.9, [])).toBe('sexton run: 0s, 0 processes, 0K')
    expect(statusText(65, [process])).toBe('sexton run: 1m05s, 1 process, 2.0M')
    expect(statusText(65, [process, process])).toBe('sexton run: 1m05s, 2 processes, 4.0M')
  })

  it('stands below the region that scrolls, and the cursor returns', () => {
    expect(drawing('text', 24, false)).toBe('\x1b7\x1b[1;23r\x1b[24;1H\x1b[2Ktext\x1b8')
    expect(drawing('text', 24, true)).toBe(`\x1bD\x1b[A${drawing('text', 24, false)}`)
  })

  it('gives its line back', () => {
    expect(erasing(24)).toBe('\x1b7\x1b[r\x1b[24;1H\x1b[2K\x1b8')
  })
})
