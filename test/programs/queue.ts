import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { MARK } from '../lib/keeper/marked.js'
import { root } from '../program.js'
import { type Running, start } from './running.js'

/** The example that a queue runs. */
export const example = join(root, 'examples', 'distributed-jobs')

/** The command of a job that writes records: see there. */
export const attempt = fileURLToPath(new URL('fixtures/attempt.py', import.meta.url))

/** The times of the example, in milliseconds. */
export interface Times {
  timeout: number
  grace: number
  lockDuration: number
}

/** A line of the records: the job, the attempt, and what happened. */
export type Entry = [job: string, attempt: string, event: string]

/** A queue in a folder of its own, with its server. Its processes have a mark. */
export class TestQueue {
  readonly folder = mkdtempSync(join(tmpdir(), 'queue-'))
  readonly mark = this.folder
  readonly #times: Times
  #server: Running | undefined

  constructor(times: Times) {
    this.#times = times
    mkdirSync(join(this.folder, 'attempts'))
    onTestFinished(() => rmSync(this.folder, { recursive: true }))
  }

  /** The variables of the queue's programs. */
  get env(): Record<string, string> {
    const { timeout, grace, lockDuration } = this.#times
    return {
      [MARK]: this.mark,
      REDIS: join(this.folder, 'redis'),
      ATTEMPTS: join(this.folder, 'attempts'),
      TIMEOUT: String(timeout),
      GRACE: String(grace),
      LOCK_DURATION: String(lockDuration),
      STALLED_INTERVAL: '500',
    }
  }

  /** Starts the server, which listens at a socket alone and keeps nothing. */
  async open(): Promise<void> {
    const place = ['--unixsocket', join(this.folder, 'redis'), '--dir', this.folder]
    this.#server = start(['redis-server', '--port', '0', '--save', '', ...place])
    await this.#server.printed('eady to accept connections')
  }

  async close(): Promise<void> {
    if (this.#server === undefined) return
    process.kill(this.#server.pid, 'SIGTERM')
    await this.#server.ended
  }

  /** Starts a program of the example. */
  start(program: string, ...args: string[]): Running {
    const variables = Object.entries(this.env).map(([name, value]) => `${name}=${value}`)
    return start(['env', ...variables, process.execPath, join(example, program), ...args])
  }

  async startWorker(): Promise<Running> {
    const worker = this.start('worker.mjs')
    await worker.printed('ready')
    return worker
  }

  get records(): string {
    return join(this.folder, 'records')
  }

  entries(): Entry[] {
    return readEntries(this.records)
  }
}

/** Reads what attempts have written until now. */
export function readEntries(records: string): Entry[] {
  const lines = readFileSync(records, { encoding: 'utf8', flag: 'a+' }).trimEnd().split('\n')
  return lines.filter((line) => line !== '').map((line) => line.split(' ', 3) as Entry)
}

/** The attempts of each job, in their order. An attempt that has written after a later one is named again. */
export function attemptsOf(entries: readonly Entry[]): Map<string, string[]> {
  const attempts = new Map<string, string[]>()
  for (const [job, attempt] of entries) {
    const known = attempts.get(job) ?? []
    if (known.at(-1) !== attempt) attempts.set(job, [...known, attempt])
  }
  return attempts
}
