import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { figureOf, parseExposition } from '../../exposition.js'
import { lacks } from '../../needs.js'
import { sized } from '../../pace.mjs'
import { programFile } from '../../program-file.js'
import { expectPromtoolToAccept } from '../../promtool.js'

const programs = await programFile<typeof import('./prometheus.program.js')>(
  './prometheus.program.ts',
  import.meta.url,
)

const EXITED = 'sexton_children_exited_total'
const JOBS = 'sexton_jobs_ended_total'

describe('The metrics of children', () => {
  it('agree with their statuses, where many end at once', async () => {
    const count = Math.max(48, sized(240, 48))
    const { failure, ends, text } = await programs.evaluate('exits', [count])
    const families = parseExposition(text)
    const ended = (how: string) => ends.filter((end) => end === how).length
    expect(failure).toBe('ERR_SPAWN_FAILED')
    expect(ended('killed by SIGKILL')).toBeGreaterThan(7)
    // Two more: that of `run`, and the one without a program. The child that was started before the import counts
    // neither at its start nor at its end.
    const started = count + 2
    expect(figureOf(families, 'sexton_children_started_total')).toBe(started)
    expect(figureOf(families, 'sexton_children_failed_total')).toBe(1)
    expect(figureOf(families, EXITED, { code: '0' })).toBe(ended('exit code 0') + 1)
    for (const code of ['3', '255'])
      expect(figureOf(families, EXITED, { code }), code).toBe(ended(`exit code ${code}`))
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGRTMIN'])
      expect(figureOf(families, EXITED, { signal }), signal).toBe(ended(`killed by ${signal}`))
    expect(families.get(EXITED)?.samples).toHaveLength(6)
    expect(figureOf(families, 'sexton_spawn_duration_seconds_count')).toBe(started)
    const sum = figureOf(families, 'sexton_spawn_duration_seconds_sum')
    expect(sum).toBeGreaterThan(0.00001 * count)
    expect(figureOf(families, 'sexton_spawn_duration_seconds_bucket', { le: '+Inf' })).toBe(started)
  })

  it('have those of worker threads, which may be terminated', async () => {
    const families = parseExposition(await programs.evaluate('workers', []))
    expect(figureOf(families, 'sexton_children_started_total')).toBe(65)
    for (const [code, count] of Object.entries({ 4: 20, 5: 20, 6: 25 }))
      expect(figureOf(families, EXITED, { code }), code).toBe(count)
  })
})

describe('The metrics of jobs', () => {
  it('agree with the reasons for which they ended', async () => {
    const { ended, text } = await programs.evaluate('jobs', [])
    const families = parseExposition(text)
    expect(ended).toEqual([
      ...['exit', 'exit', 'timeout', 'idle', 'abort', 'overflow', 'dispose', 'error', 'signal'],
    ])
    for (const reason of new Set(ended)) {
      const count = ended.filter((one) => one === reason).length
      expect(figureOf(families, JOBS, { reason }), reason).toBe(count)
    }
    expect(figureOf(families, JOBS, { reason: 'input' })).toBe(0)
  })

  it('leave a rejection that nobody handles to Node', async () => {
    const { code, stderr } = await programs.run('loseJob', [])
    expect(code).toBe(1)
    expect(stderr).toContain('ERR_SPAWN_FAILED')
  })
})

describe('The metrics of the reaper', () => {
  it.each(['sexton/init', 'Zombies'] as const)('count orphans reaped by %s', async (how) => {
    const families = parseExposition(await programs.evaluate('reapOrphans', [how]))
    expect(figureOf(families, 'sexton_orphans_reaped_total')).toBe(48)
    expect(figureOf(families, 'sexton_abandoned_reaped_total')).toBe(0)
  })

  it('count children that a worker has abandoned', async () => {
    const families = parseExposition(await programs.evaluate('reapAbandoned', []))
    expect(figureOf(families, 'sexton_abandoned_reaped_total')).toBe(45)
    expect(figureOf(families, 'sexton_orphans_reaped_total')).toBe(0)
  })
})

describe('The metrics that /proc has', () => {
  const family = fileURLToPath(new URL('../../programs/fixtures/family.py', import.meta.url))

  it('tell zombies that a descendant keeps, and keepers', async () => {
    const { during, again, after } = await programs.evaluate('look', [family])
    const figures = (text: string) =>
      ['sexton_zombies_kept', 'sexton_keepers'].map((name) => figureOf(parseExposition(text), name))
    expect(figures(during)).toEqual([7, 3])
    expect(figures(again)).toEqual([7, 3])
    expect(figures(after)).toEqual([0, 0])
  })

  it('are missing where it is that of another namespace', async () => {
    const prefix = ['unshare', '--fork', '--pid', '--kill-child']
    const families = parseExposition(await programs.evaluate('text', [], { prefix }))
    expect(families.has('sexton_keepers')).toBe(false)
    expect(figureOf(families, 'sexton_children_started_total')).toBe(0)
  })
})

it.skipIf(lacks('promtool'))('promtool finds nothing wrong with the metrics', async () => {
  const { text } = await programs.evaluate('exits', [6])
  expectPromtoolToAccept(text)
})
