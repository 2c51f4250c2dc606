import { describe, expect, it } from 'vitest'
import { type Look, render } from '../../../../lib/cli/tree/render.js'
import { aProcess } from './a-process.js'

const plain: Look = { unicode: true, colour: false, width: undefined, height: undefined }
const family = [
  aProcess(1, 0, { command: ['/sbin/init'], age: 90_000, cpu: 0.04, memory: 12 * 1024 ** 2 }),
  aProcess(45, 1, { name: 'chromium', command: ['chromium', '--type=a b'], cpu: 123 }),
  aProcess(50, 45, { name: 'chrome (x)\n', command: [], state: 'Z' }),
  aProcess(1234, 1, { orphan: true }),
]
const guilty = [
  {
    parent: { pid: 45, name: 'chromium' },
    zombies: [{ pid: 50, name: 'chrome', startTime: 5000 }],
  },
]

describe('render', () => {
  it('draws figures, marks, lines and commands, and says who is guilty', () => {
    expect(render(family, guilty, plain)).toEqual([
      ' PID  S            AGE  CPU%    MEM  COMMAND',
      '   1  S          1d01h   0.0  12.0M  /sbin/init',
      '  45  S             1s   123     0K  ├─ chromium --type=a b',
      '  50  Z  zombie     1s   0.0      -  │  └─ [chrome (x)\\n]',
      '1234  S  orphan     1s   0.0     0K  └─ cat',
      '',
      '1 zombie is kept by 45 (chromium), which lives and does not reap it',
    ])
  })

  it('has no column for marks where there are none', () => {
    expect(render(family.slice(0, 1), [], plain)[0]).toBe('PID  S    AGE  CPU%    MEM  COMMAND')
  })

  it('marks an adopted zombie as both', () => {
    const both = aProcess(2, 1, { state: 'Z', orphan: true })
    expect(render([family[0] ?? both, both], [], plain)[2]).toContain('  zombie orphan  ')
  })

  it('cuts lines to the width, and the end of the tree to the height', () => {
    const lines = render(family, guilty, { ...plain, width: 40, height: 6 })
    expect(lines).toEqual([
      ' PID  S            AGE  CPU%    MEM  CO…',
      '   1  S          1d01h   0.0  12.0M  /s…',
      '  45  S             1s   123     0K  ├─…',
      '… and 2 more',
      '',
      '1 zombie is kept by 45 (chromium), whic…',
    ])
    expect(render(family, guilty, { ...plain, height: 7 })).toHaveLength(7)
    expect(render(family, guilty, { ...plain, height: 7 })[4]).toContain('└─ cat')
  })

  it('colours whole lines after they were cut', () => {
    const lines = render(family, guilty, { ...plain, width: 20, colour: true })
    const cut = render(family, guilty, { ...plain, width: 20 })
    const painted = (code: number, line = '') => `\x1b[${code}m${line}\x1b[${code === 1 ? 22 : 39}m`
    expect(lines).toEqual([
      ...[painted(1, cut[0]), cut[1], cut[2], painted(31, cut[3]), painted(33, cut[4])],
      ...['', painted(31, cut[6])],
    ])
  })

  it('is ASCII alone where there is nothing more', () => {
    const odd = [aProcess(1, 0), aProcess(2, 1, { command: ['é', '\x1b[2J'] })]
    const lines = render(odd, [], { ...plain, unicode: false, width: 60, height: 2 })
    expect(lines.join('')).toMatch(/^[ -~]*$/)
    expect(render(odd, [], { ...plain, unicode: false })[2]).toMatch(/`- \\xe9 \\x1b\[2J$/)
  })
})

describe('the sentence about the guilty', () => {
  const sentence = (parent: ReturnType<typeof aProcess>, count: number) =>
    render(
      [parent],
      [
        {
          parent,
          zombies: Array.from({ length: count }, (_, i) => ({ pid: i, name: '', startTime: 1 })),
        },
      ],
      plain,
    ).at(-1)

  it('counts, and tells a stopped parent from a careless one', () => {
    const parent = aProcess(45, 1, { name: 'chromium' })
    expect(sentence(parent, 3)).toBe(
      '3 zombies are kept by 45 (chromium), which lives and does not reap them',
    )
    expect(sentence({ ...parent, state: 'T' }, 3)).toBe(
      '3 zombies are kept by 45 (chromium), which is stopped and does not reap them',
    )
  })

  it('escapes the name', () => {
    expect(sentence(aProcess(45, 1, { name: 'a) x\n\x1b[2J' }), 1)).toContain(
      '45 (a) x\\n\\x1b[2J)',
    )
  })

  it('names Node by its program where it has named its thread', () => {
    const parent = { command: ['/usr/bin/node', 'server.js'] }
    expect(sentence(aProcess(45, 1, { ...parent, name: 'node-MainThread' }), 1)).toContain('(node)')
    expect(sentence(aProcess(45, 1, { ...parent, name: 'MainThread' }), 1)).toContain('(node)')
  })
})
