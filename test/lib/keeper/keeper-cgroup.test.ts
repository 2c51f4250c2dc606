import { mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { spawn } from '../../../lib/index.js'
import { makeGroups } from '../../../lib/keeper/groups.js'
import { eventually } from '../../eventually.js'
import { cgroupFolder, lacks } from '../../needs.js'
import { keeperPath, startJob, useScript } from './instead.js'

const folder = cgroupFolder()

// A kernel before 5.14: strace says that there is no such file.
function useOldKernel(): void {
  const fault = ['-P', 'cgroup.kill', '-e', 'inject=openat:error=ENOENT']
  const words = ['strace', '-D', '-qqq', '-o', '/dev/null', ...fault, keeperPath]
  useScript(`exec ${words.map((word) => `'${word}'`).join(' ')}`)
}

describe.skipIf(folder === undefined || lacks('strace'))('A keeper without cgroup.kill', () => {
  it('kills the processes of the group, and of those below', async () => {
    const parent = join(folder as string, `sexton-test-${process.pid}-${process.hrtime.bigint()}`)
    mkdirSync(parent)
    onTestFinished(() => eventually(() => rmdirSync(parent)))
    const groups = makeGroups({ isolates: true, limits: {}, path: parent })
    const own = groups?.cgroup as string
    const below = join(own, 'below')
    useOldKernel()
    const { keeper } = startJob(['sleep', '1000'], {
      ...{ isolation: 'cgroup', groups: groups as NonNullable<typeof groups>, cgroup: own },
    })
    await keeper.started
    mkdirSync(below)
    // They are no descendants of the keeper, so no walk finds them.
    const strangers = [own, below].map((cgroup) =>
      spawn('sleep', ['1000'], { cgroup, stdio: 'ignore' }),
    )
    keeper.end(0, 9)
    const deaths = await Promise.all(strangers.map(({ exited }) => exited))
    expect(deaths.map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL'])
    expect(await keeper.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(await keeper.ended).toEqual({ kept: 0, left: 0 })
    expect(readdirSync(parent).filter((name) => name.startsWith('sexton-'))).toEqual([])
  })
})
