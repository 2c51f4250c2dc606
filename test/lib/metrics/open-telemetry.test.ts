import { describe, expect, it } from 'vitest'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./open-telemetry.program.js')>(
  './open-telemetry.program.ts',
  import.meta.url,
)

describe('OpenTelemetry', () => {
  it('gets the counters, the histogram and the gauges', async () => {
    const { first, second } = await programs.evaluate('collect', [])
    const points = (name: string, from = first) => from.find((one) => one.name === name)?.points
    expect(points('sexton.children.started')).toEqual([[{}, 48]])
    expect(points('sexton.children.exited')).toEqual([
      [{ code: '0' }, 12],
      [{ code: '3' }, 24],
      [{ signal: 'SIGKILL' }, 12],
    ])
    expect(points('sexton.jobs.ended')).toContainEqual([{ reason: 'exit' }, 1])
    expect(points('sexton.keepers')).toEqual([[{}, 0]])
    expect(points('sexton.zombies.kept')).toEqual([[{}, 0]])
    expect(points('sexton.spawn.duration')).toEqual([
      [{}, expect.objectContaining({ count: 48, sum: expect.any(Number) })],
    ])
    const [[, { buckets }]] = points('sexton.spawn.duration') as [[object, { buckets: Buckets }]]
    expect(buckets.boundaries.slice(0, 2)).toEqual([0.00005, 0.0001])
    expect(points('sexton.children.started', second)).toEqual([[{}, 49]])
    expect(first.map(({ name, unit }) => [name, unit])).toContainEqual([
      'sexton.spawn.duration',
      's',
    ])
  })

  it('refuses what is not a meter', async () => {
    const [none, empty, part] = await programs.evaluate('refuse', [])
    const expected =
      "expected a Meter of @opentelemetry/api, for example metrics.getMeter('sexton')"
    for (const message of [none, empty, part]) expect(message).toContain(expected)
    expect(none).toContain('TypeError: invalid meter undefined')
  })
})

interface Buckets {
  boundaries: number[]
}
