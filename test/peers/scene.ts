import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { patience } from '../pace.mjs'

/**
 * The time in which a command settles that is going to. A usual machine takes 0.2 s at most, but six libraries and
 * other tests run beside each other: a shorter time finds that a slow library never ends.
 */
const DEADLINE = patience(1200)
/** The time that a signal needs to end a process. */
const DEATH = patience(60)

/**
 * A folder for what commands leave, and a leash: a pipe by name, which long commands read until the scene is over.
 * So none outlives it, even where a library has lost its process.
 */
export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'sexton-peers-'))
  readonly leash = this.path('leash')
  readonly #end: number

  constructor() {
    execFileSync('mkfifo', [this.leash])
    this.#end = openSync(this.leash, constants.O_RDWR)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** The arguments of `sh` for a script: `$1` is the leash, and `$2` a file for a pid. */
  script(source: string): string[] {
    return ['-c', source, 'sh', this.leash, this.path('pid')]
  }

  /** The pid that a script has written to `$2`. */
  async pid(): Promise<number> {
    await until(() => this.hasStarted())
    return Number(this.#written())
  }

  hasStarted(): boolean {
    return this.#written().endsWith('\n')
  }

  #written(): string {
    try {
      return readFileSync(this.path('pid'), 'utf8')
    } catch {
      return ''
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#end)
    rmSync(this.folder, { recursive: true })
  }
}

/** A script that writes its pid to `$2`, and reads the leash. */
export const WAITING = 'echo $$ > "$2"; read _ < "$1"'

/** What a promise gives, or `undefined` where it has not settled by the deadline. */
export async function settledInTime<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), DEADLINE)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Polls for a state that nothing announces. */
async function until(check: () => boolean, milliseconds = DEADLINE): Promise<boolean> {
  const end = performance.now() + milliseconds
  while (!check()) {
    if (performance.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return true
}

/** Whether a process ends in the time that a signal needs. A zombie has ended. */
export const endsSoon = (pid: number) => until(() => hasEnded(pid), DEATH)

/** Waits until a process has ended, and its parent knows. */
export const reaped = (pid: number) => until(() => !existsSync(`/proc/${pid}`))

function hasEnded(pid: number): boolean {
  try {
    return /\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

/** How many pages the dead children of this process have touched: it grows if there was one at all. */
export function pagesOfChildren(): number {
  const afterName = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /s, '')
  return Number(afterName.split(' ')[8])
}

/** Whether a number grows in the time that a signal needs to end a process. */
export const growsSoon = (count: () => number, since: number) => until(() => count() > since, DEATH)

/** The bytes that the threads of this process have read. The count of the process has its dead children's too. */
export function bytesRead(): number {
  const threads = readdirSync('/proc/self/task')
  return threads.reduce((sum, thread) => sum + countOf(`/proc/self/task/${thread}`, 'rchar'), 0)
}

/** The bytes that a process has written. */
export const bytesWritten = (pid: number) => countOf(`/proc/${pid}`, 'wchar')

function countOf(folder: string, key: string): number {
  const io = readFileSync(`${folder}/io`, 'utf8')
  return Number(io.match(new RegExp(`^${key}: (\\d+)`, 'm'))?.[1])
}

/** Waits until a number has stopped growing, or is above a limit. */
export async function settledCount(count: () => number, limit: number): Promise<number> {
  for (let last = -1, now = count(); ; last = now, now = count()) {
    if (now > limit || now === last) return now
    await new Promise((resolve) => setTimeout(resolve, DEATH))
  }
}
