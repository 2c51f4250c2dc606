import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { environment } from './programs.mjs'

/** A process that answers each line of its standard input by one line: contenders live side by side, in turns. */
export class Contender {
  #process
  #answers

  constructor([file, ...args], options = {}) {
    const stdio = ['pipe', 'pipe', 'inherit']
    this.#process = spawn(file, args, { stdio, env: environment, ...options })
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  get pid() {
    return this.#process.pid
  }

  async ask(question) {
    this.#process.stdin.write(`${question}\n`)
    const { value, done } = await this.#answers.next()
    if (done) throw new Error(`'${this.#process.spawnargs.join(' ')}' ended before its answer`)
    return value
  }

  async end() {
    const exit = once(this.#process, 'exit')
    this.#process.stdin.end()
    await exit
  }
}
