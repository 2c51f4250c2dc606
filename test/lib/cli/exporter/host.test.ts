import { describe, expect, it } from 'vitest'
import { host } from '../../../../lib/cli/exporter/host.js'
import { exposition } from '../../../../lib/metrics/exposition.js'
import type { ProcessStat } from '../../../../lib/system/proc-formats.js'
import { figureOf, parseExposition } from '../../../exposition.js'

const KEPT = 'sexton_host_kept_zombies'

let pids = 1_000_000 // no process has these, so no command line of another one is read

function process(fields: Partial<ProcessStat>): ProcessStat {
  pids += 1
  const ids = { pid: pids, ppid: 1, processGroup: pids, session: pids, startTime: 1 }
  const rest = { terminal: 0, userTime: 0, systemTime: 0, threads: 1, rss: 0, exitCode: 0 }
  return { ...ids, ...rest, name: 'sh', state: 'S', ...fields }
}

const zombiesOf = ({ pid: ppid }: ProcessStat, count: number) =>
  Array.from({ length: count }, () => process({ ppid, state: 'Z' }))

const read = (processes: ProcessStat[], hidden = 0) =>
  parseExposition(exposition(host({ processes, hidden, durationMs: 1500 })))

describe('The metrics of a machine', () => {
  it('count processes by state, and zombies by the name of their parent', () => {
    const [web, cron] = [process({ name: 'web' }), process({ name: 'cron', state: 'R' })]
    const worker = process({ name: 'web' })
    const zombies = [...zombiesOf(web, 3), ...zombiesOf(cron, 1), ...zombiesOf(worker, 2)]
    // The first thread of this one has exited, and the others live: it is not a zombie.
    const threads = process({ ppid: web.pid, state: 'Z', threads: 2 })
    const families = read([web, cron, worker, threads, ...zombies])
    expect(figureOf(families, 'sexton_host_processes', { state: 'S' })).toBe(2)
    expect(figureOf(families, 'sexton_host_processes', { state: 'R' })).toBe(1)
    expect(figureOf(families, 'sexton_host_zombies')).toBe(6)
    expect(figureOf(families, KEPT, { parent: 'web' })).toBe(5)
    expect(figureOf(families, KEPT, { parent: 'cron' })).toBe(1)
    expect(figureOf(families, 'sexton_host_scrape_duration_seconds')).toBe(1.5)
    expect(figureOf(families, 'sexton_host_hidden_processes')).toBe(0)
  })

  it('have a bounded number of names, and lose no zombie', () => {
    const parents = Array.from({ length: 50 }, (_, i) => process({ name: `name-${i}` }))
    const impostor = process({ name: '(others)' })
    const zombies = parents.flatMap((parent, i) => zombiesOf(parent, i < 3 ? 5 : 1))
    const families = read([...parents, impostor, ...zombies, ...zombiesOf(impostor, 9)])
    const samples = families.get(KEPT)?.samples ?? []
    expect(samples.length).toBeLessThanOrEqual(21)
    expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(zombies.length + 9)
    for (const name of ['name-0', 'name-1', 'name-2'])
      expect(figureOf(families, KEPT, { parent: name })).toBe(5)
    expect(figureOf(families, KEPT, { parent: '(others)' })).toBeGreaterThan(9)
  })

  it('keep hostile names of parents in their place', () => {
    const names = ['a"} 9\n# TYPE', '\\', 'new\nline', '\x1b[2J', '']
    const parents = names.map((name) => process({ name }))
    const families = read([...parents, ...parents.flatMap((one) => zombiesOf(one, 1))])
    const labels = families.get(KEPT)?.samples.map(({ labels: { parent } }) => parent)
    expect(new Set(labels)).toEqual(
      new Set(['a"} 9\\n# TYPE', '\\\\', 'new\\nline', '\\x1b[2J', '']),
    )
  })

  it('say what /proc does not show', () => {
    const orphan = process({ ppid: 77, state: 'Z' })
    const families = read([orphan], 3)
    expect(figureOf(families, KEPT, { parent: '(hidden)' })).toBe(1)
    expect(figureOf(families, 'sexton_host_hidden_processes')).toBe(3)
  })

  it('count keepers and orphans', () => {
    const keeper = process({ name: 'sexton-keeper' })
    const pid1 = process({ name: 'pid1' })
    const dead = process({ name: 'sexton-keeper', state: 'Z' })
    const init = process({ name: 'tini', ppid: 0, startTime: 0 })
    const command = process({ ppid: init.pid, startTime: 1 })
    const orphan = process({ ppid: init.pid, startTime: 2 })
    const families = read([init, command, orphan, keeper, pid1, dead])
    expect(figureOf(families, 'sexton_host_keepers')).toBe(2)
    expect(figureOf(families, 'sexton_host_orphans')).toBe(1)
  })
})
