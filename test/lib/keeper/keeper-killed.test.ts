import { readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually } from '../../eventually.js'
import { lacksRoot } from '../../needs.js'
import { sized } from '../../pace.mjs'
import { programFile } from '../../program-file.js'
import { startJob } from './jobs.js'
import { MARK, marked } from './marked.js'

const programs = await programFile<typeof import('./keeper-node.program.js')>(
  './keeper-node.program.ts',
  import.meta.url,
)

const mark = `killed-${process.pid}-${process.hrtime.bigint()}`

const openFiles = () => readdirSync('/proc/self/fd').length

describe('A keeper that is killed', () => {
  afterEach(() => eventually(() => expect(marked(mark)).toEqual([]), 10_000))

  // The delays go through its start, the command's, the running job and its ending.
  it.each([0, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24])(
    'after %s ms leaves nothing behind, and all promises settle',
    async (delay) => {
      process.env[MARK] = mark
      const { keeper } = startJob(['sh', '-c', '(setsid sleep 1000 &); sleep 0.01; exit 7'])
      delete process.env[MARK]
      const { exited } = keeper
      if (delay > 0) await sleep(delay)
      try {
        process.kill(keeper.pid, constants.signals.SIGKILL)
      } catch {
        // It has ended already.
      }
      const [status] = await Promise.allSettled([exited, keeper.started])
      if (status.status === 'rejected') expect(status.reason).toMatchObject({ code: 'ERR_SYSTEM' })
      else expect(status.value).toMatchObject({ code: 7 })
      const ended = await keeper.ended
      if (ended.error !== undefined) expect(ended.error).toMatchObject({ code: 'ERR_SYSTEM' })
      expect(ended).toMatchObject({ kept: 0, left: 0 })
    },
  )
})

describe('Many keepers', () => {
  it('at once each report their own job', async () => {
    const count = sized(200, 40)
    const jobs = Array.from({ length: count }, (_, i) => startJob(['sh', '-c', `exit ${i % 100}`]))
    const codes = await Promise.all(jobs.map(async ({ keeper }) => (await keeper.exited).code))
    expect(codes).toEqual(jobs.map((_, i) => i % 100))
    await Promise.all(jobs.map(({ keeper }) => keeper.ended))
  })

  it('leave no descriptor open', async () => {
    const run = async (command: readonly [string, ...string[]]) => {
      const { keeper } = startJob(command)
      await Promise.allSettled([keeper.exited, keeper.ended])
    }
    await run(['true'])
    await eventually(() => expect(readdirSync('/proc/self/fd')).toBeDefined())
    const before = openFiles()
    for (let i = 0; i < 20; i += 1) {
      await run(['true'])
      await run(['/no/such/file'])
    }
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(before))
  })
})

describe('The program of a keeper', () => {
  const MOUNT = 'mount --bind "$0" "$0" && mount -o remount,bind,noexec "$0" && exec "$@"'
  const keeper = 'build/Release/sexton-keeper'

  it.skipIf(lacksRoot())('is started from memory where it cannot be executed', async () => {
    const prefix = ['unshare', '--mount', 'sh', '-c', MOUNT, keeper]
    expect(await programs.evaluate('exitCodes', [3], { prefix })).toEqual([0, 0, 0])
  })
})
