import { describe, expect, it } from 'vitest'
import { contendersOf, scriptOf, standingOf } from '../../benchmarks/contenders.mjs'
import { root, run } from '../program.js'

const WAYS = ['sexton', 'child_process', 'execa', 'zx']
const nodes = new Map([
  ['v22.0.0', '/node-22'],
  ['v24.0.0', '/node-24'],
])
const earlier = { name: 'abc1234', root: '/earlier' }
const baseline = 'child_process'

type Field = Parameters<typeof contendersOf>[1]

function contender(wanted: string, field: Partial<Field>) {
  const found = contendersOf(WAYS, { baseline, ...field }).find(({ name }) => name === wanted)
  return found as NonNullable<typeof found> & { earlier?: string }
}

const namesOf = (options: object) =>
  contendersOf(WAYS, { baseline, ...options }).map(({ name }) => name)

describe('The contenders of a benchmark', () => {
  it('are all ways, on one Node', () => {
    expect(namesOf({})).toEqual(WAYS)
  })

  it('are sexton and what it is measured against, on each Node', () => {
    expect(namesOf({ nodes })).toEqual([
      ...['sexton v22.0.0', 'child_process v22.0.0'],
      ...['sexton v24.0.0', 'child_process v24.0.0'],
    ])
  })

  it('are sexton twice where there is an earlier build', () => {
    expect(namesOf({ earlier })).toEqual(['sexton', 'child_process', 'sexton of abc1234'])
    const field = { earlier, node: '/node' }
    const present = scriptOf(contender('sexton', field), 'run.mjs')
    expect(present).toEqual(['/node', `${root}benchmarks/run.mjs`])
    const before = scriptOf(contender('sexton of abc1234', field), 'run.mjs')
    expect(before).toEqual(['/node', '/earlier/benchmarks/run.mjs'])
  })

  it('are compared with the same Node, and with their own earlier build', () => {
    const samples = new Map([
      ['sexton v24.0.0', [10, 20, 30]],
      ['child_process v24.0.0', [20, 40, 60]],
      ['child_process v22.0.0', [1, 1, 1]],
      ['sexton of abc1234 v24.0.0', [10, 20, 30]],
    ])
    const now = contender('sexton v24.0.0', { nodes, earlier })
    const { compared, before } = standingOf({ earlier: undefined, ...now }, samples)
    expect([compared?.median, before?.median]).toEqual([0.5, 1])
  })
})

describe('npm run bench', () => {
  it.each([
    [['--compare', 'no-such-commit'], "there is no commit 'no-such-commit'"],
    [['--nodes', '22,x'], "--nodes has 'x': expected lines such as 22,24"],
    [['--compare', 'HEAD', 'shim'], "there is no benchmark 'shim' that compares builds"],
    [['no-such-benchmark'], "there is no benchmark 'no-such-benchmark'"],
  ])('refuses %s', async (words, message) => {
    const { code, stderr } = await run(['node', 'benchmarks/run.mjs', ...words])
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })
})
