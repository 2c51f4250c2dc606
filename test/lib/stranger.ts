import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { backend } from '../../lib/index.js'
import { since } from '../kernel.js'
import { skipWithoutRoot } from '../needs.js'

const program = fileURLToPath(new URL('../fixtures/parent.py', import.meta.url))

/**
 * Whether the status of a process that is no child of ours can be known after its parent has reaped
 * it: by a descriptor, on Linux 6.15 or later.
 */
export function statusOutlivesReaping(): boolean {
  return backend() === 'pidfd' && since(6, 15)
}

/**
 * A process that is not our child: its parent, a child of ours, ends it and reaps it when it is told
 * to, and not before.
 */
export class Stranger implements AsyncDisposable {
  readonly pid: number
  readonly parent: number
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  private constructor(
    process: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    pid: number,
  ) {
    this.#process = process
    this.#lines = lines
    this.parent = process.pid as number
    this.pid = pid
  }

  /** Starts one; with `uid`, it belongs to that user, its parent to us. */
  static async start(uid?: number): Promise<Stranger> {
    if (uid !== undefined) skipWithoutRoot()
    const args = [program, ...(uid === undefined ? [] : [String(uid)])]
    const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const { value } = await lines.next()
    return new Stranger(child, lines, Number(value))
  }

  /** Resolves when it is a zombie. */
  exit(code: number): Promise<void> {
    return this.#order(`exit ${code}`)
  }

  /** Resolves when it is a zombie. */
  kill(signal: number): Promise<void> {
    return this.#order(`kill ${signal}`)
  }

  /** Resolves when its parent has taken its status. */
  reap(): Promise<void> {
    return this.#order('reap')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#process, 'exit')
    this.#process.stdin.end()
    await exit
  }

  async #order(order: string): Promise<void> {
    this.#process.stdin.write(`${order}\n`)
    const { value } = await this.#lines.next()
    if (value !== 'done') throw new Error(`'${order}' was answered by '${value}'`)
  }
}
