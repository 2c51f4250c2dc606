import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REFUSALS } from '../../../lib/keeper/frames.js'
import { refusal } from '../../../lib/keeper/refusal.js'
import { cgroupFolder } from '../../needs.js'
import { keeperPath, startJob, useScript } from './instead.js'
import { groupsWithoutFiles } from './jobs.js'

const { EINVAL, EMFILE, ENOENT, EPERM } = constants.errno

/** The error of a job, with which its command ends and starts; nothing of it is left. */
async function failureOf({ keeper }: ReturnType<typeof startJob>): Promise<unknown> {
  const failure = await keeper.exited.catch((error) => error)
  expect(await keeper.started.catch((error) => error)).toBe(failure)
  expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
  return failure
}

const folder = cgroupFolder()

describe('The refusal of a job', () => {
  it.each(Object.entries(REFUSALS))('names the call and the remedy: %s', (_, number) => {
    const { code, errno, syscall, message } = refusal(number, EPERM)
    expect({ code, errno }).toEqual({ code: 'ERR_UNSUPPORTED', errno: EPERM })
    expect(message).toMatch(/: EPERM: .*\n.* needs? /)
    expect(message.startsWith(`${syscall}`)).toBe(true)
  })

  it('is no lack of support where something is scarce', () => {
    const failure = { code: 'ERR_SYSTEM', errno: EMFILE, syscall: 'pidfd_open' }
    expect(refusal(REFUSALS.noPidfd, EMFILE)).toMatchObject(failure)
  })

  it.each([
    [REFUSALS.noSettings, EINVAL],
    [99, EPERM],
  ])('is that of another version: %i, %i', (number, errno) => {
    const message = expect.stringMatching(/another version's than this library\nBuild both again/)
    expect(refusal(number, errno)).toMatchObject({ code: 'ERR_UNSUPPORTED', message })
  })
})

describe('A job', () => {
  it('is refused where its command cannot join the groups of its limits', async () => {
    const groups = groupsWithoutFiles()
    useScript(`exec '${keeperPath}'`)
    expect(await failureOf(startJob(['true'], { groups }))).toMatchObject({
      ...{ code: 'ERR_UNSUPPORTED', errno: ENOENT, syscall: 'join a cgroup' },
      message: expect.stringMatching(/: ENOENT: .*\nLimits need a cgroup of version 1 .*\nRun it/),
    })
    expect(readdirSync(groups.parents[0] as string)).toEqual([])
  })

  it.skipIf(folder === undefined)('is refused in a cgroup that cannot end it', async () => {
    const cgroup = join(folder as string, `sexton-test-${process.pid}-${process.hrtime.bigint()}`)
    mkdirSync(cgroup)
    // The files of a group that is gone are gone, too.
    useScript(`rmdir '${cgroup}' && exec '${keeperPath}'`)
    expect(await failureOf(startJob(['true'], { isolation: 'cgroup', cgroup }))).toMatchObject({
      ...{ code: 'ERR_UNSUPPORTED', errno: ENOENT, syscall: 'open cgroup.freeze' },
      message: expect.stringMatching(/: ENOENT: .*\nThe isolation 'cgroup' needs Linux 5\.7 /),
    })
    expect(existsSync(cgroup)).toBe(false)
  })
})
