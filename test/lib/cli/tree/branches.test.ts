import { describe, expect, it } from 'vitest'
import { branches } from '../../../../lib/cli/tree/branches.js'
import { aProcess } from './a-process.js'

const family = [
  ...[aProcess(1, 0), aProcess(2, 1), aProcess(3, 2), aProcess(4, 2)],
  ...[aProcess(5, 4), aProcess(6, 1), aProcess(7, 6)],
]

function drawn(processes = family, unicode = true, most = 100): string {
  const lines = branches(processes, unicode, most).map((one) => one.lines + one.process.pid)
  return lines.join('\n')
}

describe('branches', () => {
  it('join each process to its parent', () => {
    expect(drawn()).toBe(
      ['1', '├─ 2', '│  ├─ 3', '│  └─ 4', '│     └─ 5', '└─ 6', '   └─ 7'].join('\n'),
    )
  })

  it('are ASCII where there is nothing more', () => {
    expect(drawn(family, false)).toBe(
      ['1', '|- 2', '|  |- 3', '|  `- 4', '|     `- 5', '`- 6', '   `- 7'].join('\n'),
    )
  })

  it('are one line for a lone process, whatever its parent', () => {
    expect(drawn([aProcess(7, 1)])).toBe('7')
    expect(drawn([])).toBe('')
  })

  it('lose the outermost lines where the tree is deeper than there is room', () => {
    const deep = Array.from({ length: 5000 }, (_, i) => aProcess(i + 1, i))
    const lines = branches(deep, true, 10).map((one) => one.lines)
    expect(lines.slice(0, 6)).toEqual([
      ...['', '└─ ', '   └─ ', '      └─ ', '         └─ ', '…         └─ '],
    ])
    expect(lines.at(-1)).toBe('…         └─ ')
  })
})
