import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { eventually } from '../eventually.js'
import { environment } from '../program.js'
import { programFile } from '../program-file.js'
import { isHarmed, look } from './bystanders.js'
import { endMarked, marked } from './marked.js'
import type { Isolation } from './trials.js'
import { programs } from './verdicts.js'
import type { End, Introduction, Phase } from './victim.program.js'

const victims = await programFile<typeof import('./victim.program.js')>(
  './victim.program.ts',
  import.meta.url,
)

export const PHASES: readonly Phase[] = ['start', 'running', 'grace']
export const ENDS: readonly End[] = ['SIGKILL', 'SIGSTOP', 'abort', 'exit']

// A command may be started after its Node has ended, so that the search came too early.
const marks: string[] = []

/** Fails if a process of the jobs of all victims lives. */
export const expectNoneLeft = () =>
  eventually(() => expect(marks.flatMap(marked)).toEqual([]), 10_000)

/** Ends Node in a phase of its job, or stops it, and expects the job to end. */
export async function expectEndWithNode(phase: Phase, end: End, level: Isolation): Promise<void> {
  const node = start(victims.command('victim', [phase, end, { isolation: level }, programs]), end)
  const exit = once(node, 'exit')
  const introduction = await introductionOf(node)
  try {
    await expectNothingLeft(introduction, async () => {
      if (end !== 'SIGSTOP') await exit
      // In the other phases the job was there before, and may have ended by now.
      else if (phase === 'start')
        await eventually(() => expect(marked(introduction.mark)).not.toEqual([]))
    })
  } finally {
    node.kill('SIGKILL')
    await exit
  }
}

/** Terminates a worker in a phase of its job, and expects the job to end. */
export async function expectEndWithWorker(phase: Phase, level: Isolation): Promise<void> {
  const node = start(victims.command('terminated', [phase, { isolation: level }, programs]))
  const exit = once(node, 'exit')
  try {
    await expectNothingLeft(await introductionOf(node))
  } finally {
    node.kill('SIGKILL')
    await exit
  }
}

/** Starts a victim. One that aborts prints its stack. */
const start = (command: string[], end?: End) =>
  spawn('setsid', command, {
    stdio: ['ignore', 'pipe', end === 'abort' ? 'ignore' : 'inherit'],
    env: environment,
  })

async function introductionOf(node: ChildProcess): Promise<Introduction> {
  const lines = createInterface(node.stdout as NonNullable<typeof node.stdout>)
  const [line] = await once(lines, 'line')
  return JSON.parse(line)
}

/**
 * Waits for the end of a victim's job, and ends what else it has started.
 *
 * @param before What to wait for first.
 */
async function expectNothingLeft(
  { mark, bystanders }: Introduction,
  before = async () => {},
): Promise<void> {
  marks.push(mark)
  try {
    await before()
    await eventually(() => expect(marked(mark)).toEqual([]), 10_000)
    const kinds = ['group', 'session', 'child', 'stopped']
    const seen = bystanders.map((pid, i) => look(pid, kinds[i] as string))
    expect(seen.filter(isHarmed)).toEqual([])
  } finally {
    for (const pid of bystanders) process.kill(pid, 'SIGKILL')
    await endMarked(mark)
  }
}
