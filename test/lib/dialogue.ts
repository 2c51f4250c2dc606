import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { skipIfRefused } from '../needs.js'
import { root } from '../program.js'

/**
 * A program that runs while the test does, and tells by lines how far it is: for what has to happen
 * between two of its steps.
 */
export class Dialogue implements AsyncDisposable {
  readonly pid: number
  readonly stdin: Writable
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #exit: Promise<unknown[]>

  constructor(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env
    skipIfRefused(command)
    const [file = '', ...args] = command
    this.#process = spawn(file, args, {
      cwd: root,
      env: { ...inherited, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.pid = this.#process.pid as number
    this.stdin = this.#process.stdin
    this.#exit = once(this.#process, 'exit')
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]()
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const { done, value } = await this.#lines.next()
    if (done) throw new Error('the program ended without another word')
    return value
  }

  /** Its exit code, or the signal that ended it. */
  async end(): Promise<number | string> {
    const [code, signal] = await this.#exit
    return (code ?? signal) as number | string
  }

  kill(signal: NodeJS.Signals | number): void {
    this.#process.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('SIGKILL')
    await this.#exit
  }
}
