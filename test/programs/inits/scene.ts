import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { signalName } from '../../../lib/system/signal-names.js'
import { eventually } from '../../eventually.js'
import type { Mode, Subject } from './subject.js'

export const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

// A python3 that a version manager has put in front of it is a slow script.
export const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'

/** A call that a process of the init's is held at, and the signal that is sent meanwhile. */
export interface Hold {
  calls: readonly string[]
  signal?: number
  /** The file of the `execve` that is meant. */
  file?: string
}

export interface Staging {
  /** What the init is started through, so that it inherits something: `['nohup']`. */
  prefix?: readonly string[]
  env?: Readonly<Record<string, string>>
  hold?: Hold
  /** Its parent is a process that nobody needs. */
  orphan?: boolean
  /** No `--` in front of the command. */
  bare?: boolean
}

export interface Ending {
  code: number | null
  signal: number | null
  stdout: string
  stderr: string
  /** The names of the processes that it has left behind. */
  left: readonly string[]
  /** The process group in the foreground of the terminal at the end. */
  foreground: number | undefined
}

/** An init that runs. */
export interface Running {
  /** The init's own pid. */
  pid: number
  stdout(): string
  stderr(): string
  type(keys: string): void
  /** Gives its terminal's window another size. */
  resize(rows: number, columns: number): void
  /** Waits for this in its output and gives what matched; fails once it has ended without. */
  printed(text: RegExp): Promise<RegExpExecArray>
  /** Whether its shell was told that it stopped. */
  stopped(): boolean
  hasEnded(): boolean
  ended: Promise<Ending>
}

/** A test of one init in one mode. */
export interface Scene {
  subject: Subject
  mode: Mode
  /**
   * What should be seen, which decides nothing but how long to wait: that something does not happen is
   * only seen by waiting, and where it is not meant to happen, a short wait can do no harm.
   */
  expected: string
  start(command: readonly string[], staging?: Staging): Promise<Running>
  run(command: readonly string[], staging?: Staging): Promise<Ending>
}

/** How an init ended, in words. */
export function ending({ code, signal }: Pick<Ending, 'code' | 'signal'>): string {
  return signal === null ? `exit ${code}` : `killed by ${signalName(signal)}`
}

/** Waits until something is so, for long or, where it is not to be, only a little; and says whether it is. */
export async function comes(meant: boolean, is: () => boolean): Promise<boolean> {
  const wait = eventually(() => expect(is()).toBe(true), meant ? 10_000 : 100)
  return wait.then(
    () => true,
    () => false,
  )
}

/** A field of `/proc/PID/status`, or nothing if the process is gone. */
export function statusField(pid: number, name: string): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1]
  } catch {
    return undefined
  }
}

export const isStopped = (pid: number) => statusField(pid, 'State')?.startsWith('T') === true

export const kill = (pid: number, name: keyof typeof constants.signals | number) =>
  process.kill(pid, typeof name === 'number' ? name : constants.signals[name])
