import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type JobOptions, type Limits, runJob, spawn } from '../../../lib/index.js'
import { makeGroups, removeGroups } from '../../../lib/keeper/groups.js'
import { ownCgroup } from '../../../lib/system/cgroups.js'
import { readTaskChildren } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { cgroupFolder, refuses } from '../../needs.js'
import { asNobody } from '../../program.js'
import { programFile } from '../../program-file.js'
import { MARK, marked } from '../keeper/marked.js'
import { startNode } from './job-of-node.js'

const programs = await programFile<typeof import('./isolation.program.js')>(
  './isolation.program.ts',
  import.meta.url,
)

const folder = cgroupFolder()

/** Makes a group for the jobs of a test, which must leave none in it. */
function newGroup(): string {
  const path = join(folder as string, `sexton-test-${process.pid}-${process.hrtime.bigint()}`)
  mkdirSync(path)
  onTestFinished(() => eventually(() => rmdirSync(path)))
  return path
}

const jobsIn = (path: string) => readdirSync(path).filter((name) => name.startsWith('sexton-'))

const GROUP = 'sed -n s/^0:://p /proc/self/cgroup'
const STUBBORN = '(trap "" TERM; setsid sleep 1000 &); (setsid sleep 1000 &)'
const mark = `isolation-${process.pid}-${process.hrtime.bigint()}`
const nothingIsLeft = () => eventually(() => expect(marked(mark)).toEqual([]), 10_000)

const start = (script: string, options: JobOptions) =>
  startNode(programs.command('stay', [script, options]), mark)

describe.skipIf(folder === undefined)('A job in a cgroup', () => {
  it('has one of its own, which is gone at the end', async () => {
    const cgroup = newGroup()
    const options: JobOptions = { isolation: 'cgroup', cgroup, grace: 100 }
    const { stdout, survivors } = await runJob('sh', ['-c', `${GROUP}; ${STUBBORN}`], options)
    expect(stdout).toMatch(/\/sexton-test-[-\d]+\/sexton-\d+-\d+$/)
    expect(survivors.length).toBe(2)
    expect(jobsIn(cgroup)).toEqual([])
  })

  it('is frozen, and killed as a whole', async () => {
    const cgroup = newGroup()
    const options: JobOptions = {
      isolation: 'cgroup',
      cgroup,
      reject: false,
      killSignal: 'SIGKILL',
    }
    const job = runJob('sh', ['-c', 'echo; exec sleep 1000'], options)
    await job[Symbol.asyncIterator]().next()
    const own = join(cgroup, jobsIn(cgroup)[0] as string)
    // A process of the group that is no descendant of the keeper: no walk finds it.
    const stranger = spawn('sleep', ['1000'], { cgroup: own, stdio: 'ignore' })
    const watcher = watch(join(own, 'cgroup.freeze'))
    onTestFinished(() => watcher.close())
    const frozen = once(watcher, 'change')
    job.kill()
    expect(await stranger.exited).toMatchObject({ signal: 'SIGKILL' })
    // Before it is killed nothing thaws it, so the one thing that is written is the order to freeze.
    expect(await frozen).toEqual(['change', 'cgroup.freeze'])
    expect((await job).status.signal).toBe('SIGKILL')
    expect(jobsIn(cgroup)).toEqual([])
  })

  it.each(['cgroup', 'tree'] as const)(
    'leaves no group where nothing starts: %s',
    async (isolation) => {
      const cgroup = newGroup()
      const failure = { code: 'ERR_SPAWN_FAILED', syscall: 'execve' }
      const job = runJob('/no/such', [], { isolation, cgroup })
      await expect(job).rejects.toMatchObject(failure)
      expect(jobsIn(cgroup)).toEqual([])
    },
  )

  it('leaves no group when it is aborted, at its start and later', async () => {
    const cgroup = newGroup()
    const options: JobOptions = { isolation: 'cgroup', cgroup, reject: false }
    const abort = new AbortController()
    const job = runJob('sleep', ['1000'], { ...options, signal: abort.signal })
    abort.abort()
    expect(await job).toMatchObject({ endedBy: 'abort' })
    expect(jobsIn(cgroup)).toEqual([])
    await expect(runJob('true', [], { ...options, signal: abort.signal })).rejects.toThrow()
    expect(jobsIn(cgroup)).toEqual([])
  })

  it('leaves no group when Node is killed', async () => {
    const cgroup = newGroup()
    const options: JobOptions = { isolation: 'cgroup', cgroup, grace: 100 }
    const { node, line, exit } = await start(`${GROUP}; ${STUBBORN}; exec sleep 1000`, options)
    expect(line).toMatch(/sexton-\d+-\d+$/)
    node.kill('SIGKILL')
    await exit
    await nothingIsLeft()
    await eventually(() => expect(jobsIn(cgroup)).toEqual([]))
  })

  it('ends without its keeper, its mark, and any group', async () => {
    const cgroup = newGroup()
    const options: JobOptions = { isolation: 'cgroup', cgroup }
    const job = runJob('sh', ['-c', 'echo; exec env -i sleep 1000'], options)
    await job[Symbol.asyncIterator]().next()
    const [keeper] = readTaskChildren(process.pid, process.pid) as number[]
    process.kill(keeper as number, 'SIGKILL')
    await expect(job).rejects.toMatchObject({ code: 'ERR_SYSTEM' })
    expect(jobsIn(cgroup)).toEqual([])
  })

  /** Makes groups in the job's own, as a job may do. */
  const nest = (cgroup: string) => {
    const own = join(cgroup, jobsIn(cgroup)[0] as string)
    for (const name of ['a/b/c', 'a/d', 'e']) mkdirSync(join(own, name), { recursive: true })
  }

  it('leaves none of its own groups when Node is killed', async () => {
    const cgroup = newGroup()
    const { node, exit } = await start('echo; exec sleep 1000', { isolation: 'cgroup', cgroup })
    nest(cgroup)
    node.kill('SIGKILL')
    await exit
    await eventually(() => expect(jobsIn(cgroup)).toEqual([]))
  })

  it('leaves none of its own groups without its keeper', async () => {
    const cgroup = newGroup()
    const options: JobOptions = { isolation: 'cgroup', cgroup }
    const job = runJob('sh', ['-c', 'echo; exec sleep 1000'], options)
    await job[Symbol.asyncIterator]().next()
    nest(cgroup)
    const [keeper] = readTaskChildren(process.pid, process.pid) as number[]
    process.kill(keeper as number, 'SIGKILL')
    await expect(job).rejects.toMatchObject({ code: 'ERR_SYSTEM' })
    expect(jobsIn(cgroup)).toEqual([])
  })

  it('is below the group of its Node by default', async () => {
    const cgroup = newGroup()
    const words = programs.command('runScript', [GROUP, { isolation: 'cgroup' }])
    const child = spawn(words[0] as string, words.slice(1), { cgroup, stdio: ['ignore', 'pipe'] })
    let text = ''
    for await (const piece of child.stdout ?? []) text += piece
    await child.exited
    expect(JSON.parse(text).stdout).toMatch(/\/sexton-test-[-\d]+\/sexton-\d+-\d+$/)
    expect(jobsIn(cgroup)).toEqual([])
  })

  it('is refused to a user who may make none', async () => {
    const options: JobOptions = { isolation: 'cgroup', cgroup: newGroup() }
    const facts = await programs.evaluate('runScript', ['true', options], { prefix: asNobody })
    expect(facts).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringMatching(
        /^isolation 'cgroup' needs a cgroup: .* EACCES\nGive cgroup: /,
      ),
    })
  })
})

// A machine with version 2 alone has none: a group with processes in it cannot limit the groups below.
const hasNoLimit = (limits: Limits) =>
  refuses(
    `a cgroup with limits: ${Object.keys(limits)}`,
    () => {
      const groups = makeGroups({ isolates: false, limits, path: undefined })
      if (groups !== undefined) void removeGroups(groups)
    },
    true,
  )

/** The group that this process is in, below which its jobs have theirs. */
const ownGroup = (controller: string) => ownCgroup(controller)?.directory as string

describe.skipIf(hasNoLimit({ processes: 9 }))('A job with a limit of processes', () => {
  const bomb = 'b() { b | b & b; }; echo; b 2>/dev/null'

  it.each(['tree', 'pid-namespace'] as const)(
    'is ended when it is a fork bomb: %s',
    async (isolation) => {
      const job = runJob('bash', ['-c', bomb], {
        ...{ isolation, limits: { processes: 50 }, reject: false, timeout: 500, grace: 100 },
        env: { [MARK]: mark },
      })
      await job[Symbol.asyncIterator]().next()
      const { limitsHit } = await job
      expect(limitsHit).toEqual(['processes'])
      await nothingIsLeft()
      expect(ofThis(ownGroup('pids'))).toEqual([])
    },
  )

  it('has exactly so many', async () => {
    const script = 'sleep 1000 & sleep 1000 & echo ok; kill %1 %2; wait; exit 0'
    const count = (processes: number) =>
      runJob('bash', ['-c', script], {
        limits: { processes },
        reject: false,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    expect(await count(3)).toMatchObject({ stdout: 'ok', limitsHit: [] })
    expect((await runJob('true', [], { limits: { processes: 1 } })).limitsHit).toEqual([])
    const alone = await runJob('sh', ['-c', 'exec 2>&-; true & wait'], {
      ...{ limits: { processes: 1 }, reject: false },
    })
    expect(alone.status.success).toBe(false)
    expect(alone.limitsHit).toEqual(['processes'])
  })

  it('leaves no group when Node is killed', async () => {
    const { node, line, exit } = await start(
      `cat /proc/self/cgroup | grep -m1 sexton-; ${STUBBORN}; exec sleep 1000`,
      { limits: { processes: 9 }, grace: 100 },
    )
    const name = /sexton-\d+-\d+/.exec(line)?.[0] as string
    expect(existsSync(join(ownGroup('pids'), name))).toBe(true)
    node.kill('SIGKILL')
    await exit
    await nothingIsLeft()
    await eventually(() => expect(existsSync(join(ownGroup('pids'), name))).toBe(false))
  })

  it('ends without its keeper, its mark, and any group', async () => {
    const job = runJob('sh', ['-c', 'echo; exec env -i sleep 1000'], { limits: { processes: 5 } })
    await job[Symbol.asyncIterator]().next()
    const [keeper] = readTaskChildren(process.pid, process.pid) as number[]
    process.kill(keeper as number, 'SIGKILL')
    await expect(job).rejects.toMatchObject({ code: 'ERR_SYSTEM' })
    expect(ofThis(ownGroup('pids'))).toEqual([])
  })

  it('leaves its keeper out of the group', async () => {
    const job = runJob('sh', ['-c', 'echo; exec sleep 1000'], {
      ...{ limits: { processes: 1 }, reject: false },
    })
    await job[Symbol.asyncIterator]().next()
    const [keeper] = readTaskChildren(process.pid, process.pid) as number[]
    expect(readFileSync(`/proc/${keeper}/cgroup`, 'utf8')).not.toContain('sexton-')
    job.kill()
    await job
  })
})

/** The groups of this process's jobs. */
const ofThis = (directory: string) =>
  readdirSync(directory).filter((name) => name.startsWith(`sexton-${process.pid}-`))

describe.skipIf(hasNoLimit({ memory: 50_000_000 }))('A job with a limit of memory', () => {
  it('is killed beyond it, and says so', async () => {
    const { status, limitsHit } = await runJob(
      ...(['python3', ['-c', 'x = bytearray(200_000_000)']] as const),
      { limits: { memory: 50_000_000 }, reject: false },
    )
    expect(status.signal).toBe('SIGKILL')
    expect(limitsHit).toContain('memory')
    expect(ofThis(ownGroup('memory'))).toEqual([])
  })
})
