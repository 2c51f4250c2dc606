import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { eventually } from '../eventually.js'

/** Where a process stands that no signal of a job may reach, in the words of bystander.py. */
const KINDS = ['group', 'session', 'child', 'stopped'] as const

/** A process beside a job, and the signals that it got. */
export interface Seen {
  kind: string
  pid: number
  /** The letter of its state in `/proc`; empty if it is gone. */
  state: string
  signals: string[]
}

/** Starts a bystander of each kind, and waits until all are in their places. */
export async function startBystanders(program: string): Promise<Bystanders> {
  const children = KINDS.map((kind) =>
    spawn('python3', [program, kind], { stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  await Promise.all(children.map((child) => once(child.stdout as NodeJS.ReadableStream, 'data')))
  const all = new Bystanders(children)
  await eventually(() => {
    if (all.harmed().length > 0) throw new Error(JSON.stringify(all.harmed()))
  })
  return all
}

export class Bystanders {
  readonly pids: readonly number[]
  readonly #children: readonly ChildProcess[]

  constructor(children: readonly ChildProcess[]) {
    this.#children = children
    this.pids = children.map(({ pid }) => pid as number)
  }

  /** Those that got a signal, or were ended, stopped or continued. */
  harmed(): Seen[] {
    return this.pids.map((pid, i) => look(pid, KINDS[i] as string)).filter(isHarmed)
  }

  async end(): Promise<void> {
    const alive = this.#children.filter((child) => look(child.pid as number, '').state !== '')
    const ends = alive.map((child) => once(child, 'exit'))
    for (const child of alive) child.kill('SIGKILL')
    await Promise.all(ends)
  }
}

/** Whether a bystander is not as it was started. */
export function isHarmed({ kind, state, signals }: Seen): boolean {
  return signals.length > 0 || state !== (kind === 'stopped' ? 'T' : 'S')
}

/** Looks at a bystander. It blocks all signals, so that each stays pending for its process. */
export function look(pid: number, kind: string): Seen {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? ''
    return { kind, pid, state: field('State'), signals: signalsIn(BigInt(`0x${field('ShdPnd')}`)) }
  } catch {
    return { kind, pid, state: '', signals: [] }
  }
}

function signalsIn(mask: bigint): string[] {
  const names = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))
  return Array.from({ length: 64 }, (_, i) => i + 1)
    .filter((number) => ((mask >> BigInt(number - 1)) & 1n) === 1n)
    .map((number) => names.get(number) ?? String(number))
}
