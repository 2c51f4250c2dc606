import { mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { spawn } from '../../../lib/index.js'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { cgroupFolder, lacksRoot } from '../../needs.js'
import { run } from '../../program.js'
import { programFile } from '../../program-file.js'
import { Dialogue } from '../dialogue.js'
import { read } from '../output.js'

const programs = await programFile<typeof import('./spawn-kernel.program.js')>(
  './spawn-kernel.program.ts',
  import.meta.url,
)

// What the kernel does for a child after spawn: its death signal, its cgroup, its terminal.

describe('deathSignal', () => {
  const gone = (pid: number) => eventually(() => expect(readStat(pid)).toBeUndefined())

  it('ends the child with its parent, however that ends', async () => {
    const command = programs.command('stayWithSleeper', [{ deathSignal: 'SIGTERM' }])
    await using parent = new Dialogue(command)
    const pid = Number(await parent.line())
    expect(readStat(pid)?.name).toBe('sleep')
    parent.kill('SIGKILL')
    await parent.end()
    await gone(pid)
  })

  it.skipIf(lacksRoot())('survives a change of user', async () => {
    const options = { deathSignal: 'SIGKILL', uid: 65534, gid: 65534 } as const
    const pid = await programs.evaluate('leaveSleeper', [options])
    await gone(pid)
  })

  it('is about the thread that spawned it', async () => {
    const signal = await programs.evaluate('terminateParent', [])
    expect(signal).toBe('SIGUSR1')
  })

  it('is not there unless it is asked for', async () => {
    const pid = await programs.evaluate('leaveSleeper', [])
    expect(readStat(pid)?.name).toBe('sleep')
    process.kill(pid, 'SIGKILL')
  })
})

describe('cgroup', () => {
  const folder = cgroupFolder()

  it.skipIf(folder === undefined)('is where the child is born', async () => {
    const name = `sexton-test-${process.pid}`
    const path = join(folder as string, name)
    mkdirSync(path)
    try {
      const child = spawn('cat', ['/proc/self/cgroup'], { cgroup: path })
      const [groups] = await Promise.all([read(child.stdout), child.exited])
      expect(groups).toMatch(new RegExp(`^0::.*/${name}$`, 'm'))
      const living = spawn('cat', [], { cgroup: path })
      expect(readFileSync(join(path, 'cgroup.procs'), 'utf8')).toBe(`${living.pid}\n`)
      living.kill('SIGKILL')
      expect(await living.exited).toMatchObject({ signal: 'SIGKILL' })
    } finally {
      await eventually(() => rmdirSync(path))
    }
  })
})

describe('foreground', () => {
  interface Seen {
    group: number
    foreground: number
  }
  interface Story {
    before: Seen
    child: Seen & { code: number; pid: number }
    after: Seen
    failed: string
    afterFailure: Seen
    background: Seen & { code: number; pid: number }
  }

  it('hands the terminal over, and takes it back when the child has ended', async () => {
    const command = `exec ${process.execPath} test/fixtures/foreground.mjs`
    const outcome = await run(['script', '-qec', command, '/dev/null'])
    expect(outcome.code).toBe(0)
    const story = JSON.parse(outcome.stdout) as Story
    const ours = story.before.group
    expect(story.before.foreground).toBe(ours)
    expect(story.child).toEqual({
      code: 0,
      pid: story.child.pid,
      group: story.child.pid,
      foreground: story.child.pid,
    })
    expect(story.after).toEqual({ group: ours, foreground: ours })
    expect([story.failed, story.afterFailure.foreground]).toEqual(['ERR_SPAWN_FAILED', ours])
    expect(story.background).toMatchObject({ group: story.background.pid, foreground: ours })
  })

  it('does nothing without a terminal', async () => {
    const prefix = ['setsid', '--wait']
    const code = await programs.evaluate('spawnInForeground', [], { prefix })
    expect(code).toBe(3)
  })
})
