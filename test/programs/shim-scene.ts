import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from '../compile.js'
import type { Outcome } from '../program.js'
import { Podman } from './podman.js'
import { type Running, start } from './running.js'

/** A program that gives a command a terminal. */
export const terminal = fileURLToPath(new URL('fixtures/terminal.py', import.meta.url))

export interface Call {
  /** What is typed or piped into it. */
  input?: string
  /** A command in front. */
  prefix?: readonly string[]
}

/** podman on one conmon, and the commands of a story on it. */
export class Scene {
  readonly #podman: Podman
  #names = 0

  constructor(shim?: readonly string[]) {
    this.#podman = new Podman(['busybox'], shim)
  }

  /** The working directory of its commands. Debian's conmon leaves a file there. */
  get folder(): string {
    return this.#podman.directory
  }

  /** Starts a command of podman. */
  begin(words: readonly string[], { input, prefix = [] }: Call = {}): Running {
    const [name = '', ...rest] = words
    const command = [...prefix, ...this.#podman.command(name, ...rest)]
    const running = start(command, 'pipe', this.folder)
    running.stdin?.on('error', () => {}) // it has ended before it read all
    if (input === undefined) running.stdin?.end()
    else if (prefix.includes(terminal)) running.stdin?.write(input)
    else running.stdin?.end(input)
    return running
  }

  /** Runs a command of podman to its end. */
  async call(words: readonly string[], options?: Call): Promise<Outcome> {
    const { stdout, stderr, ...end } = await this.begin(words, options).ended
    return { ...end, stdout, stderr: stderr.replaceAll(this.folder, '') }
  }

  /** Runs one, and gives what it printed. */
  async text(...words: string[]): Promise<string> {
    return (await this.call(words)).stdout.trim()
  }

  /** Runs a script in a container. */
  run(script: string, options: readonly string[] = ['--rm'], call?: Call): Promise<Outcome> {
    return this.call(['run', ...options, ...this.shell(script)], call)
  }

  /** Starts a container that goes on in the background, and gives its name. */
  async detached(script: string, ...options: string[]): Promise<string> {
    this.#names += 1
    const name = `container-${this.#names}`
    const { code, stderr } = await this.run(script, ['-d', '--name', name, ...options])
    if (code !== 0) throw new Error(stderr)
    return name
  }

  /** The words that make a script of the image the command. */
  shell(script: string): string[] {
    return [...this.#podman.rootfs('busybox'), 'sh', '-c', script]
  }

  /** Runs a container whose runtime fails, and writes this. */
  complain(text: string): Promise<Outcome> {
    const runtime = join(this.folder, 'complaining')
    writeFileSync(runtime, `#!/bin/sh\nprintf %s '${text}' >&2\nexit 1\n`, { mode: 0o755 })
    return this.call(['run', '--runtime', runtime, '--rm', ...this.shell(':')])
  }

  /** Compiles a program that sends its argument to the service manager, and gives its path. */
  async notifier(): Promise<string> {
    const program = join(this.folder, 'notify')
    await compile(fileURLToPath(new URL('fixtures/notify.c', import.meta.url)), program)
    return program
  }

  close(): Promise<void> {
    return this.#podman.close()
  }
}
