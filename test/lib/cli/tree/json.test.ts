import { describe, expect, it } from 'vitest'
import { toJson } from '../../../../lib/cli/tree/json.js'
import { aProcess } from './a-process.js'

describe('toJson', () => {
  it('is one line that holds everything', () => {
    const nasty = 'a\n\x1b\x7f\x9b\u202e\u2028\u{e0001}\ud800"'
    const process = aProcess(45, 1, { name: nasty, command: [nasty, ''], age: 1.239, cpu: 3.06 })
    const guilty = [{ parent: { pid: 1, name: nasty }, zombies: [] }]
    const text = toJson([process], guilty, new Date(0))
    expect(text).toMatch(/^[ -~]+$/)
    expect(JSON.parse(text)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      root: 45,
      processes: [
        {
          ...{ pid: 45, ppid: 1, name: nasty, command: [nasty, ''], state: 'S' },
          ...{ zombie: false, orphan: false, ageSeconds: 1.24, cpuPercent: 3.1, memoryBytes: 0 },
          ...{ threads: 1, processGroup: 1, session: 1, startTime: 4500 },
        },
      ],
      guilty,
    })
  })
})
