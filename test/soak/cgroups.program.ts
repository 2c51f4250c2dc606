import { once } from 'node:events'
import { chownSync, mkdirSync, readdirSync, readFileSync, rmdirSync, watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type JobOptions, runJob, type SextonError, spawn } from 'sexton'
import { eventually } from '../eventually.js'
import { callAnother, firstLine, killKeeperOf, startAnother } from './other-node.js'
import { tell } from './stories.js'

// Jobs in cgroups of version 2 that have the controllers of all limits, with root's rights and without.

const GROUPS = '/sys/fs/cgroup'
const USER = { uid: 1000, gid: 1000 }
const LEVELS = ['tree', 'cgroup', 'pid-namespace'] as const
const LIMITS = { processes: 20, memory: 40_000_000, cpu: 0.5 }

const BUSY = 'while :; do :; done'
const HOG = 'dd if=/dev/zero of=/dev/null bs=200M count=1 2>/dev/null'
// It comes to nothing when no process can be started. Those before it stay.
const BOMB = `
  b() { b | b & b; }
  i=0; while [ $i -lt 12 ]; do sleep 1000 & i=$((i + 1)); done
  (b &) 2>/dev/null`
const STUBBORN = '(trap "" TERM HUP INT; setsid sleep 1000 &); (setsid sleep 1000 &)'
/** Prints the limits that the kernel has for the group of the process that runs it. */
const SHOW = `cd ${GROUPS}$(sed -n s/^0:://p /proc/self/cgroup) &&
  cat pids.max memory.max memory.swap.max cpu.max`

const jobsIn = (folder: string) =>
  readdirSync(folder).filter((name) => /^sexton-\d+-\d+$/.test(name))

const read = (file: string) => readFileSync(file, 'utf8').trim()

/** The facts of a job that runs a script, or why there is none. */
export async function factsOf(script: string, options: JobOptions) {
  try {
    const job = runJob('sh', ['-c', script], { grace: 200, ...options, reject: false })
    const { stdout, status, survivors, limitsHit } = await job
    return {
      ...{ stdout: String(stdout), code: status.code, signal: status.signal, limitsHit },
      survivors: survivors.map(({ outcome }) => outcome).sort(),
    }
  } catch (error) {
    const { code, message } = error as SextonError
    return { failure: code, message: message.split('\n')[0] }
  }
}

/** All limits at once, as the kernel holds them at each level. */
export async function limitsAtLevels(options: JobOptions) {
  const facts: Record<string, unknown> = {}
  for (const isolation of LEVELS) {
    facts[isolation] = await factsOf(SHOW, { limits: LIMITS, ...options, isolation })
  }
  return facts
}

/** Starts a job that goes on, and gives the directory of its group. */
async function startIn(parent: string, script: string, options: JobOptions) {
  const job = runJob('sh', ['-c', `echo; ${script}; exec sleep 1000`], {
    ...{ grace: 200, reject: false, killSignal: 'SIGKILL' },
    ...options,
  })
  const { done } = await job[Symbol.asyncIterator]().next()
  if (done) throw new Error('the job has ended')
  return { job, group: `${parent}/${jobsIn(parent)[0]}` }
}

/** The most processes that were seen of a fork bomb, until it has hit its limit. */
export async function forkBomb(options: JobOptions, parent: string) {
  const limits = { processes: LIMITS.processes }
  const { job, group } = await startIn(parent, BOMB, { limits, ...options })
  let most = 0
  await eventually(() => {
    most = Math.max(most, Number(read(`${group}/pids.current`)))
    if (/^max 0$/m.test(read(`${group}/pids.events`))) throw new Error('no limit was hit')
  })
  job.kill()
  const { limitsHit } = await job
  return { most, limitsHit }
}

/** The processors' time that a job of two busy processes takes, where it may have half of one. */
export async function busyJob(options: JobOptions, parent: string) {
  const limits = { cpu: LIMITS.cpu }
  const { job, group } = await startIn(parent, `(${BUSY}) & ${BUSY}`, { limits, ...options })
  const used = () => Number(/usage_usec (\d+)/.exec(read(`${group}/cpu.stat`))?.[1])
  const [start, before] = [performance.now(), used()]
  await sleep(3000) // the time over which it is measured
  const processors = (used() - before) / 1000 / (performance.now() - start)
  job.kill()
  const { limitsHit } = await job
  return { processors, limitsHit }
}

// The exit code of a Node whose keeper was killed.
const KEEPER_KILLED = 3

/** A job that goes on until somebody kills its Node, or its keeper. */
export async function stay(options: JobOptions): Promise<void> {
  await runJob('sh', ['-c', `${STUBBORN}; echo up; exec sleep 1000`], {
    ...{ grace: 200, ...options, reject: false, stdio: ['ignore', 1, 2] },
  }).catch(({ code }: SextonError) => {
    process.exitCode = code === 'ERR_SYSTEM' ? KEEPER_KILLED : 1
  })
}

/** A process of a job's group that is no descendant of its keeper. */
async function stranger() {
  const { job, group } = await startIn(GROUPS, 'true', { isolation: 'cgroup', limits: LIMITS })
  const child = spawn('sleep', ['1000'], { cgroup: group, stdio: 'ignore' })
  const watcher = watch(`${group}/cgroup.freeze`)
  const frozen = once(watcher, 'change')
  job.kill()
  const { signal } = await child.exited
  const [change] = await frozen
  watcher.close()
  return { freeze: change, stranger: signal, command: (await job).status.signal }
}

/** Kills the Node of a job, or the keeper, at each level. */
async function kill(whom: 'node' | 'keeper') {
  const facts: Record<string, unknown> = {}
  for (const isolation of LEVELS) {
    const node = startAnother('stay', [{ isolation, limits: LIMITS }])
    await firstLine(node)
    if (whom === 'node') node.kill('SIGKILL')
    else killKeeperOf(node)
    const { code, signal } = await node.exited
    facts[isolation] = signal ?? code
  }
  return facts
}

/** Runs a job in a group, and kills it and its job's keeper together with that. */
async function nested() {
  const { job, group } = await startIn(
    GROUPS,
    `(node dist/cli/sexton.js run --isolation cgroup -- sh -c 'sleep 1000 & sleep 1000' &)`,
    { isolation: 'cgroup' },
  )
  await eventually(() => {
    if (jobsIn(group).length === 0) throw new Error()
  })
  job.kill()
  const { survivors } = await job
  return { outcomes: [...new Set(survivors.map(({ outcome }) => outcome))] }
}

/** A group that belongs to a user, like that of a systemd unit with Delegate=yes. It is removed in the end. */
function delegatedGroup() {
  const path = `${GROUPS}/delegated`
  for (const folder of [path, `${path}/main`]) {
    mkdirSync(folder)
    for (const name of ['', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads']) {
      chownSync(`${folder}/${name}`, USER.uid, USER.gid)
    }
  }
  const remove = () => eventually(() => rmdirSync(path))
  return {
    path,
    async [Symbol.asyncDispose]() {
      rmdirSync(`${path}/main`)
      await remove()
    },
  }
}

/** Calls a function as a user to whom a group is delegated, from the group `main` below. */
async function asUser(
  name: string,
  argumentsFor: (cgroup: string) => readonly unknown[],
  place = '/main',
) {
  await using group = delegatedGroup()
  return await callAnother<Record<string, unknown>>(name, argumentsFor(group.path), {
    ...USER,
    cgroup: `${group.path}${place}`,
  })
}

const limited = (cgroup?: string) => ['true', { limits: LIMITS, cgroup }] as const

/** Tries limits in a group with processes, and then what needs no controller there. */
export async function tryBusy(cgroup: string) {
  const message: unknown[] = []
  for (const limits of [{ processes: 9 }, { memory: LIMITS.memory }, { cpu: 0.5 }]) {
    message.push((await factsOf('true', { limits, cgroup })).message)
  }
  return { message, later: await factsOf('true', { isolation: 'cgroup', cgroup }) }
}

/** Where a user may have no limits. */
async function refusals() {
  return {
    busy: await asUser('tryBusy', (cgroup) => [cgroup], ''),
    roots: await asUser('factsOf', () => limited(GROUPS)),
    without: await asUser('factsOf', () => limited()),
  }
}

const COMMANDS = {
  memory: ['--max-memory', '40M', '--', 'sh', '-c', HOG],
  processes: ['--max-processes', '20', '--timeout', '2s', '--', 'sh', '-c', `${BOMB}; sleep 1000`],
  cpu: ['--max-cpu', '0.5', '--timeout', '2s', '--', 'sh', '-c', BUSY],
  leak: ['--isolation', 'cgroup', '--fail-on-leak', '--grace', '200ms', 'sh', '-c', STUBBORN],
}

/** The options of `sexton run`, which write a report. */
async function commandLine() {
  const facts: Record<string, unknown> = {}
  for (const [name, words] of Object.entries(COMMANDS)) {
    const report = `/tmp/${name}.json`
    const run = ['dist/cli/sexton.js', 'run', '--report', report, ...words]
    const { code } = await spawn('node', run, { stdio: 'ignore' }).exited
    const { endedBy, limitsHit, survivors } = JSON.parse(read(report))
    facts[name] = { code, endedBy, limitsHit, left: survivors.length > 0 }
  }
  return facts
}

/** Limits that no program fits in. */
async function tinyLimits() {
  const outcomes: unknown[] = []
  for (const memory of [1, 4096, 12_288, 32_768]) {
    const { failure, signal } = (await factsOf('true', { limits: { memory } })) as {
      failure?: string
      signal?: string
    }
    outcomes.push(failure ?? signal)
  }
  return { outcomes }
}

const STORIES = {
  kernel: async () => ({
    release: read('/proc/sys/kernel/osrelease'),
    controllers: read(`${GROUPS}/cgroup.controllers`).split(' '),
  }),
  limits: () => limitsAtLevels({}),
  processes: () => forkBomb({}, GROUPS),
  bombInGroup: () => forkBomb({ isolation: 'cgroup' }, GROUPS),
  memory: () => factsOf(`exec ${HOG}`, { limits: { memory: LIMITS.memory } }),
  memoryOfChild: () => factsOf(`${HOG}; echo $?`, { limits: { memory: LIMITS.memory } }),
  cpu: () => busyJob({}, GROUPS),
  stubborn: () => factsOf(STUBBORN, { isolation: 'cgroup', limits: { memory: LIMITS.memory } }),
  stranger,
  nodeKilled: () => kill('node'),
  keeperKilled: () => kill('keeper'),
  nested,
  tinyLimits,
  userLimits: () => asUser('limitsAtLevels', (cgroup) => [{ cgroup }]),
  userBomb: () => asUser('forkBomb', (cgroup) => [{ cgroup }, cgroup]),
  userCpu: () => asUser('busyJob', (cgroup) => [{ cgroup }, cgroup]),
  refusals,
  commandLine,
}

export const main = () => tell(STORIES)
export type GroupStories = typeof STORIES
