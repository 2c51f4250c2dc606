import { describe, expect, it } from 'vitest'
import { branches, connected, type Place } from '../../../lib/base/branches.js'

const aProcess = (pid: number, ppid: number): Place => ({ pid, ppid })

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

const pidsOf = (places: readonly Place[]) => places.map(({ pid }) => pid)

describe('connected', () => {
  it('puts parents before their children, and children in their order', () => {
    const tree = [aProcess(1, 0), aProcess(4, 2), aProcess(2, 1), aProcess(3, 2), aProcess(5, 1)]
    expect(pidsOf(connected(tree))).toEqual([1, 2, 4, 3, 5])
  })

  it('leaves out those adopted by an outsider, with all below', () => {
    const tree = [aProcess(7, 1), aProcess(8, 7), aProcess(9, 1), aProcess(10, 9)]
    expect(pidsOf(connected(tree))).toEqual([7, 8])
  })

  it('is not caught in a circle of pids that were used again', () => {
    expect(pidsOf(connected([aProcess(1, 0), aProcess(2, 3), aProcess(3, 2)]))).toEqual([1])
  })

  it('bears more children than a call takes arguments', () => {
    const many = Array.from({ length: 200_000 }, (_, i) => aProcess(i + 2, 1))
    expect(connected([aProcess(1, 0), ...many])).toHaveLength(200_001)
  })
})
