import { readdirSync } from 'node:fs'
import { descendants, runJob, type SextonError } from '../../lib/index.js'
import { eventually } from '../eventually.js'
import { type Bystanders, type Seen, startBystanders } from './bystanders.js'
import { groupsOfJobs } from './groups.js'
import { endMarked, MARK, marked } from './marked.js'
import type { Act, Level, Trial } from './trials.js'

// Runs escapes as jobs in a process of its own, so that it can have bystanders of each kind.

/** The paths of the programs. */
export interface Programs {
  escapes: string
  bystander: string
}

/** What a trial has left behind. */
export interface Verdict {
  trial: string
  /** What the command lines of its processes have. */
  mark: string
  /** "refused" if the system does not allow what an escape wants. */
  said: string
  /** The code of the error of the job, and its message. */
  error?: string
  message?: string
  endedBy?: string
  /** The survivors that the result says to be running, as "name: reason". */
  running: string[]
  /** The command lines of processes of the job that live. */
  left: string[]
  /** Descendants that are no bystanders, dead or alive, except those that are left. */
  zombies: string[]
  harmed: Seen[]
  /** The directories of cgroups that the job has left. */
  groups: string[]
  /** How many descriptors more than before are open. */
  descriptors: number
}

const GRACE = 50 // milliseconds

// Milliseconds in which a keeper exits that has told of the end of its job.
const SOON = 150

/** Runs trials one after the other, some times each. Gives a verdict for each run. */
export async function judge(
  trials: readonly Trial[],
  level: Level,
  rounds: number,
  programs: Programs,
): Promise<Verdict[]> {
  const bystanders = await startBystanders(programs.bystander)
  try {
    return await judgeAll(trials, level, rounds, { bystanders, escapes: programs.escapes })
  } finally {
    await bystanders.end()
  }
}

async function judgeAll(
  trials: readonly Trial[],
  level: Level,
  rounds: number,
  { bystanders, escapes }: { bystanders: Bystanders; escapes: string },
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const all = Array.from({ length: rounds }, () => trials).flat()
  await runJob('true')
  await settled(() => strangers(bystanders.pids))
  const before = await openFiles()
  for (const trial of all) {
    const mark = `trial-${process.pid}-${verdicts.length}-`
    const told = await run(trial, level, escapes, mark)
    const left = await settled(() => marked(mark).map(({ command }) => command))
    await endMarked(mark)
    verdicts.push({
      ...told,
      mark,
      trial: [...trial.names, trial.act].join(' '),
      left,
      zombies: await settled(() => strangers(bystanders.pids)),
      harmed: bystanders.harmed(),
      groups: await settled(() => groupsOfJobs(level.cgroup)),
      descriptors: (await openFiles(before)) - before,
    })
  }
  return verdicts
}

type Told = Pick<Verdict, 'said' | 'error' | 'message' | 'endedBy' | 'running'>

async function run(trial: Trial, level: Level, escapes: string, mark: string): Promise<Told> {
  const words = [...trial.names, trial.act === 'exit' ? 'exit' : 'stay', `--mark=${mark}`]
  if (trial.many !== undefined) words.push(`--many=${trial.many}`)
  const job = runJob('python3', [escapes, ...words], {
    // A survivor must not hold this program's own outputs, which its caller waits for.
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { [MARK]: mark },
    grace: GRACE,
    reject: false,
    ...level,
  })
  const lines = job[Symbol.asyncIterator]()
  const { value: said = '' } = await lines.next()
  if (said === 'ready') await act(trial.act, lines, () => job.kill())
  else job.kill()
  // A line that nobody reads would hold the job.
  const read = readAll(lines)
  try {
    const { survivors, endedBy } = await job
    await read
    const running = survivors.filter(({ outcome }) => outcome === 'running')
    return {
      said: String(said),
      endedBy,
      running: running.map(({ name, reason }) => `${name}: ${reason}`),
    }
  } catch (error) {
    const { code, message } = error as SextonError
    return { said: String(said), error: code, message, running: [] }
  }
}

async function act(act: Act, lines: AsyncIterator<unknown>, kill: () => void): Promise<void> {
  if (act === 'exit' || act === 'itself') return
  if (act === 'done') await lines.next()
  kill()
}

/** Reads until the end, or until the job fails, which its promise tells. */
async function readAll(lines: AsyncIterator<unknown>): Promise<void> {
  try {
    while (!(await lines.next()).done);
  } catch {}
}

/** Waits until a list is empty, and gives what stays in it. */
async function settled<T>(list: () => T[]): Promise<T[]> {
  try {
    await eventually(() => {
      if (list().length > 0) throw new Error('not yet')
    }, SOON)
    return []
  } catch {
    return list()
  }
}

// The keeper exits a moment after it has told that all have ended.
function strangers(bystanders: readonly number[]): string[] {
  return descendants()
    .filter(({ pid }) => !bystanders.includes(pid))
    .map(({ name, state }) => `${name} ${state}`)
}

async function openFiles(limit?: number): Promise<number> {
  const count = () => readdirSync('/proc/self/fd').length
  if (limit === undefined) return count()
  try {
    await eventually(() => {
      if (count() > limit) throw new Error('not yet')
    }, SOON)
  } catch {
    // The caller tells of them.
  }
  return count()
}
