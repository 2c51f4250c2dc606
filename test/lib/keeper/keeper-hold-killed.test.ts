import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../eventually.js'
import { patience, sized } from '../../pace.mjs'
import { programFile } from '../../program-file.js'
import { temporaryFolder } from '../system/folder.js'
import type { Moment } from './keeper-hold-server.program.js'

type File = typeof import('./keeper-hold-server.program.js')
const servers = await programFile<File>('./keeper-hold-server.program.ts', import.meta.url)

// Milliseconds within which a server is killed after it has begun.
const LATEST = 8

/** A folder for a container that writes lines, and the programs that serve it. */
class Served {
  readonly folder = temporaryFolder()
  readonly #lines: number

  constructor(lines: number) {
    this.#lines = lines
  }

  get hasEnded(): boolean {
    return existsSync(join(this.folder, 'code'))
  }

  /** Starts a server, which is killed at a moment of a piece of output, or some milliseconds after it has begun. */
  async serve(last: Moment | null, milliseconds = patience(60_000)): Promise<void> {
    const script = `seq 0 ${this.#lines - 1}; exit 7`
    const words = servers.command('serve', [this.folder, script, last])
    const [file, ...args] = words as [string, ...string[]]
    const server = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(server, 'exit')
    await Promise.race([once(server.stdout, 'data'), exit])
    const timer = setTimeout(() => server.kill('SIGKILL'), milliseconds)
    await exit
    clearTimeout(timer)
  }

  /** Serves to the end, and looks for each line and the exit code. */
  async finish(): Promise<void> {
    if (!this.hasEnded) await this.serve(null)
    expect(readFileSync(join(this.folder, 'code'), 'utf8')).toBe('7')
    const lines = readFileSync(join(this.folder, 'log'), 'utf8').split('\n')
    expect(lines.pop()).toBe('')
    expect(lines.length).toBe(this.#lines)
    expect(lines.findIndex((line, i) => line !== String(i))).toBe(-1)
    await eventually(() => expect(existsSync(join(this.folder, 'cleaned'))).toBe(true))
  }
}

describe('A server that is killed', { timeout: patience(60_000) }, () => {
  it('loses no line at any moment of a piece of output', async () => {
    const served = new Served(100_000)
    for (const moment of ['taken', 'torn', 'written', 'committed'] as const) {
      await served.serve(moment)
      expect(served.hasEnded).toBe(false)
    }
    await served.finish()
  })

  it('loses no line at random instants', async () => {
    const served = new Served(2_000_000)
    for (let i = sized(30, 8); i > 0 && !served.hasEnded; i -= 1) {
      await served.serve(null, Math.random() * LATEST)
    }
    await served.finish()
  })
})
