import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type JobOptions, runJob, spawn } from '../../../lib/index.js'
import { newMark } from '../../../lib/keeper/mark.js'
import { killMarked } from '../../../lib/keeper/search.js'

const LIMIT = '/^Max file locks/ { print $4, $5 }'
const limits = async (options: JobOptions = {}) =>
  (await runJob('awk', [LIMIT, '/proc/self/limits'], options)).stdout as string

// The tests may run in a job themselves.
const own = readFileSync('/proc/self/limits', 'utf8').match(/^Max file locks +\S+ +(\S+)/m)?.[1]

describe('The mark of a job', () => {
  it('is a limit, which an empty environment does not take off', async () => {
    const { stdout } = await runJob('env', ['-i', 'awk', LIMIT, '/proc/self/limits'])
    const [soft, hard] = String(stdout).split(' ')
    expect(Number(soft)).toBeGreaterThan(2 ** 32)
    expect(hard).toBe(own === 'unlimited' ? soft : own)
  })

  it('is another one for each job', async () => {
    const both = await Promise.all([limits(), limits()])
    expect(new Set(both).size).toBe(2)
  })

  it('is no limit where the command is given one', async () => {
    expect(await limits({ rlimits: { locks: 7 } })).toBe('7 7')
  })

  it('is kept for the outer job by a job within it', async () => {
    const path = new URL('../../../dist/index.js', import.meta.url).href
    const inner = `const { runJob } = await import('${path}')
      const { stdout } = await runJob('awk', ['${LIMIT}', '/proc/self/limits'])
      console.log(process.env.OUTER, stdout)`
    const script = `OUTER=$(awk '${LIMIT}' /proc/self/limits) exec "$0" --input-type=module -e "$1"`
    const { stdout } = await runJob('sh', ['-c', script, process.execPath, inner])
    const [, outerHard, innerSoft, innerHard] = String(stdout).split(' ').map(Number)
    expect(innerHard).toBe(outerHard)
    expect(innerSoft).toBeLessThan(outerHard as number)
  })
})

describe('killMarked()', () => {
  it('finds a process whose environment is empty, and no other', async () => {
    const mark = newMark()
    const locks = mark.number
    const options = { cleanEnv: true, stdio: 'ignore', rlimits: { locks } } as const
    await using marked = spawn('sleep', ['1000'], options)
    await using inner = spawn('sleep', ['1000'], {
      ...options,
      rlimits: { locks: { soft: locks, hard: locks + 1 } },
    })
    await using other = spawn('sleep', ['1000'], { ...options, rlimits: { locks: locks + 1 } })
    // They have their limits by then.
    await Promise.all([marked, inner, other].map(({ spawned }) => spawned))
    const { killed, left } = await killMarked(mark, () => false)
    expect(killed.map(({ pid }) => pid)).toEqual([marked.pid, inner.pid])
    expect(left).toEqual([])
    expect(other.status).toBeUndefined()
  })

  it('spares whom it is told to spare', async () => {
    const mark = newMark()
    await using spared = spawn('sleep', ['1000'], { rlimits: { locks: mark.number } })
    await spared.spawned
    expect(await killMarked(mark, (pid) => pid === spared.pid)).toEqual({ killed: [], left: [] })
    expect(spared.status).toBeUndefined()
  })
})
