import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { asPid1 } from '../program.js'
import { sizes } from './sizes.js'
import { verdictOf } from './verdict.js'

interface Verdict {
  gaveUp: boolean
  rounds: number
  lateKills: number
  raced: number
  reused: number
  pids: number
  wrong: unknown[]
  late: unknown[]
}

const LIMIT = '/proc/sys/kernel/pid_max'
const hostLimit = readFileSync(LIMIT, 'utf8')

/** Runs the story in a PID namespace of 400 pids, of which the kernel keeps the first 300 free. */
function inSmallNamespace(settings: object): Promise<Verdict> {
  const script = `echo 400 > ${LIMIT} && exec "$@"`
  const prefix = [...asPid1, 'sh', '-c', script, 'sh']
  return verdictOf<Verdict>('pid-reuse.mjs', settings, { prefix })
}

describe('With 400 pids', () => {
  afterAll(() => {
    // The limit is a namespace's own since Linux 6.14; before, that was everyone's.
    if (readFileSync(LIMIT, 'utf8') !== hostLimit) writeFileSync(LIMIT, hostLimit)
  })

  it('no signal and no wait ever reaches a process it was not meant for', async () => {
    const { rounds } = sizes.pidReuse
    const verdict = await inSmallNamespace({ rounds })
    expect(verdict).toMatchObject({ gaveUp: false, rounds, wrong: [], late: [] })
    expect(verdict.raced).toBeGreaterThan(rounds / 10)
    expect(verdict.lateKills).toBeGreaterThan(rounds * 10)
    // Or it would have shown nothing: nearly every pid had been another's before.
    expect(verdict.reused).toBeGreaterThan(rounds - 400)
    expect(verdict.pids).toBeLessThan(400)
  })

  it('kill(2) by number does hit strangers, so that this story would notice', async () => {
    const verdict = await inSmallNamespace({ rounds: sizes.pidReuse.control, naive: true })
    expect(verdict.wrong).not.toEqual([])
  })
})
