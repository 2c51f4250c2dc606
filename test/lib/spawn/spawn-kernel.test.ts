import { mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { spawn } from '../../../lib/index.js'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { lacksRoot } from '../../needs.js'
import { patience } from '../../pace.mjs'
import { evaluate, run } from '../../program.js'
import { Dialogue } from '../dialogue.js'
import { read } from '../output.js'

// What the kernel does for a child after spawn: its death signal, its cgroup, its terminal.

describe('deathSignal', () => {
  const gone = (pid: number) => eventually(() => expect(readStat(pid)).toBeUndefined())

  it('ends the child with its parent, however that ends', async () => {
    await using parent = Dialogue.withNode(`
      import { spawn } from 'sexton'
      console.log(spawn('sleep', ['1000'], { stdio: 'ignore', deathSignal: 'SIGTERM' }).pid)
      setInterval(() => {}, 1000)
    `)
    const pid = Number(await parent.line())
    expect(readStat(pid)?.name).toBe('sleep')
    parent.kill('SIGKILL')
    await parent.end()
    await gone(pid)
  })

  it.skipIf(lacksRoot())('survives a change of user', async () => {
    const pid = await evaluate<number>(`
      import { spawn } from 'sexton'
      const options = { stdio: 'ignore', deathSignal: 'SIGKILL', uid: 65534, gid: 65534 }
      console.log(JSON.stringify(spawn('sleep', ['1000'], options).pid))
    `)
    await gone(pid)
  })

  it('is about the thread that spawned it', async () => {
    const signal = await evaluate(`
      import { once } from 'node:events'
      import { Worker } from 'node:worker_threads'
      import { waitForExit } from 'sexton'
      const source = \`
        import { parentPort, workerData } from 'node:worker_threads'
        const { spawn } = await import(workerData)
        const child = spawn('sleep', ['1000'], { stdio: 'ignore', deathSignal: 'SIGUSR1' })
        parentPort.postMessage(child.pid)
        parentPort.on('message', () => {})\`
      const url = new URL('data:text/javascript,' + encodeURIComponent(source))
      const worker = new Worker(url, { workerData: import.meta.resolve('sexton') })
      const [pid] = await once(worker, 'message')
      const waiting = waitForExit(pid, ${patience(10_000)})
      await worker.terminate()
      const { signal } = await waiting
      console.log(JSON.stringify(signal))
    `)
    expect(signal).toBe('SIGUSR1')
  })

  it('is not there unless it is asked for', async () => {
    const pid = await evaluate<number>(`
      import { spawn } from 'sexton'
      console.log(JSON.stringify(spawn('sleep', ['1000'], { stdio: 'ignore' }).pid))
    `)
    expect(readStat(pid)?.name).toBe('sleep')
    process.kill(pid, 'SIGKILL')
  })
})

describe('cgroup', () => {
  const mount = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(
    readFileSync('/proc/self/mountinfo', 'utf8'),
  )?.[1]

  it.skipIf(lacksRoot())('is where the child is born', async () => {
    const name = `sexton-test-${process.pid}`
    const path = join(mount ?? 'no cgroup of version 2 is mounted', name)
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
    const code = await evaluate<number>(
      `
      import { spawn } from 'sexton'
      const options = { stdio: 'ignore', processGroup: true, foreground: true }
      console.log(JSON.stringify((await spawn('sh', ['-c', 'exit 3'], options).exited).code))
      `,
      { prefix: ['setsid', '--wait'] },
    )
    expect(code).toBe(3)
  })
})
