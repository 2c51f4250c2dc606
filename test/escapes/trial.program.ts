import { readdirSync } from 'node:fs'
import { descendants, type JobOptions, runJob, type SextonError } from '../../lib/index.js'
import { eventually } from '../eventually.js'
import { type Seen, startBystanders } from './bystanders.js'
import { endMarked, MARK, marked } from './marked.js'
import type { Act, Isolation, Trial } from './trials.js'

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
  /** The code of the error of the job. */
  error?: string
  endedBy?: string
  /** The survivors that the result says to be running, as "name: reason". */
  running: string[]
  /** The command lines of processes of the job that live. */
  left: string[]
  /** Descendants that are no bystanders, dead or alive, except those that are left. */
  zombies: string[]
  harmed: Seen[]
  /** How many descriptors more than before are open. */
  descriptors: number
}

const GRACE = 50 // milliseconds

// Milliseconds in which a keeper exits that has told of the end of its job.
const SOON = 150

/** Runs trials one after the other, some times each. Gives a verdict for each run. */
export async function judge(
  trials: readonly Trial[],
  isolation: Isolation,
  rounds: number,
  programs: Programs,
): Promise<Verdict[]> {
  const bystanders = await startBystanders(programs.bystander)
  const verdicts: Verdict[] = []
  const all = Array.from({ length: rounds }, () => trials).flat()
  await runJob('true')
  await settled(() => strangers(bystanders.pids))
  const before = await openFiles()
  for (const trial of all) {
    const mark = `trial-${process.pid}-${verdicts.length}-`
    const told = await run(trial, isolation, programs.escapes, mark)
    const left = await settled(() => marked(mark).map(({ command }) => command))
    await endMarked(mark)
    verdicts.push({
      ...told,
      mark,
      trial: [...trial.names, trial.act].join(' '),
      left,
      zombies: await settled(() => strangers(bystanders.pids)),
      harmed: bystanders.harmed(),
      descriptors: (await openFiles(before)) - before,
    })
  }
  await bystanders.end()
  return verdicts
}

type Told = Pick<Verdict, 'said' | 'error' | 'endedBy' | 'running'>

async function run(
  trial: Trial,
  isolation: Isolation,
  escapes: string,
  mark: string,
): Promise<Told> {
  const words = [...trial.names, trial.act === 'exit' ? 'exit' : 'stay', `--mark=${mark}`]
  if (trial.many !== undefined) words.push(`--many=${trial.many}`)
  const level = isolation === 'tree' ? {} : ({ isolation } as JobOptions)
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
  try {
    const { survivors, endedBy } = await job
    const running = survivors.filter(({ outcome }) => outcome === 'running')
    return {
      said: String(said),
      endedBy,
      running: running.map(({ name, reason }) => `${name}: ${reason}`),
    }
  } catch (error) {
    return { said: String(said), error: (error as SextonError).code, running: [] }
  }
}

async function act(act: Act, lines: AsyncIterator<unknown>, kill: () => void): Promise<void> {
  if (act === 'exit' || act === 'itself') return
  if (act === 'done') await lines.next()
  kill()
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
