import { describe, expect, it } from 'vitest'
import { exposition } from '../../../lib/metrics/exposition.js'
import type { Family } from '../../../lib/metrics/family.js'
import { parseExposition } from '../../exposition.js'
import { lacks } from '../../needs.js'
import { expectPromtoolToAccept } from '../../promtool.js'

const hostile = [
  'back\\slash',
  'quo"te',
  'new\nline',
  '\\n',
  '}',
  '",x="',
  ' ',
  'ü\u{1f480}',
  '\\',
  '',
]
const family: Family = {
  name: 'sexton.things.seen',
  help: 'Things, a \\ and a\nnew line',
  kind: 'counter',
  unit: '{thing}',
  samples: hostile.map((name, value) => ({ labels: { name, at: String(value) }, value })),
}
const gauge: Family = {
  name: 'sexton.things',
  help: 'Things that are there',
  kind: 'gauge',
  unit: '{thing}',
  samples: [{ value: 0.5 }],
}
const histogram = {
  name: 'sexton.wait.duration',
  help: 'Time of a wait',
  kind: 'histogram',
  unit: 's',
  bounds: [0.000_05, 0.5, 1],
  counts: [2, 0, 1, 4],
  sum: 12.25,
} as const

describe('The text format', () => {
  it('has every character of a label and a help text', () => {
    const read = parseExposition(exposition([family])).get('sexton_things_seen_total')
    expect(read?.help).toBe(family.help)
    expect(read?.samples.map(({ labels }) => labels.name)).toEqual(hostile)
    expect(read?.samples.map(({ value }) => value)).toEqual(hostile.map((_, i) => i))
  })

  it('names units and counters as Prometheus does', () => {
    const text = exposition([family, gauge, histogram])
    expect([...parseExposition(text)].map(([name, { type }]) => [name, type])).toEqual([
      ['sexton_things_seen_total', 'counter'],
      ['sexton_things', 'gauge'],
      ['sexton_wait_duration_seconds', 'histogram'],
    ])
  })

  it('counts in a bucket what fell into those below it', () => {
    expect(exposition([histogram])).toBe(`# HELP sexton_wait_duration_seconds Time of a wait
# TYPE sexton_wait_duration_seconds histogram
sexton_wait_duration_seconds_bucket{le="0.00005"} 2
sexton_wait_duration_seconds_bucket{le="0.5"} 2
sexton_wait_duration_seconds_bucket{le="1"} 3
sexton_wait_duration_seconds_bucket{le="+Inf"} 7
sexton_wait_duration_seconds_sum 12.25
sexton_wait_duration_seconds_count 7
`)
  })

  it.skipIf(lacks('promtool'))('is what promtool reads', () => {
    expectPromtoolToAccept(exposition([family, gauge, histogram]).replace(/,?at="\d+"/g, ''))
  })
})
