import { type StdioOptions, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { expect, onTestFinished } from 'vitest'
import { eventually } from '../eventually.js'
import { skipIfRefused } from '../needs.js'
import { environment, type Outcome, pid1, root } from '../program.js'

/** `pid1` with these options and this command. */
export const under = (...words: string[]) => [pid1, ...words]

export interface Running {
  pid: number
  stdin: Writable | null
  stdout(): string
  stderr(): string
  /** Waits until it has printed this. */
  printed(text: string | RegExp): Promise<void>
  /** How it ended; by then nobody has its pipes open any more. */
  ended: Promise<Outcome>
}

/** Starts a program that a test then talks to, and which ends before the test does. */
export function start(
  command: readonly string[],
  stdin: 'ignore' | 'pipe' = 'ignore',
  cwd = root,
): Running {
  skipIfRefused(command)
  const [file, ...args] = command
  const stdio: StdioOptions = [stdin, 'pipe', 'pipe']
  const child = spawn(file as string, args, { cwd, env: environment, stdio })
  onTestFinished(() => void child.kill('SIGKILL')) // for a test that failed half-way
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (data) => {
    stdout += data
  })
  child.stderr?.on('data', (data) => {
    stderr += data
  })
  return {
    pid: child.pid as number,
    stdin: child.stdin,
    stdout: () => stdout,
    stderr: () => stderr,
    printed: (text) => eventually(() => expect(stdout + stderr).toMatch(text)),
    ended: new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
    }),
  }
}

/** The pid here of the PID 1 that `asPid1` has started. */
export async function innerPid(running: Running): Promise<number> {
  let pid = 0
  await eventually(() => {
    const path = `/proc/${running.pid}/task/${running.pid}/children`
    pid = Number(readFileSync(path, 'utf8').trim())
    expect(pid).toBeGreaterThan(0)
  })
  return pid
}

/** One line of what `--status-fd` tells. */
export interface Event {
  event: string
  pid?: number
  name?: string
  signal?: string
  as?: string
  exitCode?: number
}

/** The events among these lines. */
export const eventsOf = (text: string): Event[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{"event"'))
    .map((line) => JSON.parse(line))
