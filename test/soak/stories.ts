import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { descendants } from 'sexton'
import { eventually } from '../eventually.js'
import { patience } from '../pace.mjs'

/** What a machine of its own is made to do, by name. Each story gives facts that JSON can express. */
export type Stories = Readonly<Record<string, () => Promise<object>>>

/** What came of a story. */
export interface Told {
  story: string
  facts?: object
  /** Why there are no facts. */
  failure?: string
  milliseconds: number
  /** The processes and the groups of jobs that the story has left. */
  left: string[]
}

// Milliseconds that a usual machine needs at most.
const LIMIT = 5000

const GROUPS = '/sys/fs/cgroup'

/** Tells one story after the other. Each is a line of JSON on the output. */
export async function tell(stories: Stories): Promise<void> {
  const before = new Set(descendants(1).map(({ pid }) => pid))
  const left = () => [
    ...descendants(1)
      .filter(({ pid }) => !before.has(pid))
      .map(({ pid, name, state }) => `${name} (${pid}, ${state})`),
    ...readdirSync(GROUPS, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /(^|\/)sexton-\d+-\d+$/.test(path),
    ),
  ]
  for (const [story, act] of Object.entries(stories)) {
    const start = performance.now()
    const outcome = await outcomeOf(act)
    await eventually(() => {
      if (left().length > 0) throw new Error()
    }).catch(() => {})
    const milliseconds = Math.round(performance.now() - start)
    console.log(JSON.stringify({ story, ...outcome, milliseconds, left: left() } satisfies Told))
  }
}

async function outcomeOf(act: () => Promise<object>): Promise<Pick<Told, 'facts' | 'failure'>> {
  const stop = new AbortController()
  const limit = sleep(patience(LIMIT), undefined, { signal: stop.signal, ref: false }).then(() => {
    throw new Error('the story takes too long')
  })
  try {
    return { facts: await Promise.race([act(), limit]) }
  } catch (failure) {
    return { failure: inspect(failure) }
  } finally {
    limit.catch(() => {})
    stop.abort()
  }
}
