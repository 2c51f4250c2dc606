import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { environment, root } from '../../program.js'
import { temporaryFolder } from '../system/folder.js'

export const program = join(root, 'dist', 'cli', 'sexton-shim.js')
/** The front of a server, which needs a name of one of its contracts in front of the options. */
export const front = join(root, 'build', 'Release', 'sexton-shim')
const runtime = fileURLToPath(new URL('../../fixtures/oci-runtime.py', import.meta.url))
const ID = 'c0ffee'
// How many of them /proc counts in a second.
const TICKS = 100

export interface ShimOptions {
  /** The container's script. */
  script?: string
  /** More options of the shim. */
  options?: readonly string[]
  env?: Readonly<Record<string, string>>
  /** A process in the container, whose script this is. */
  exec?: boolean
  legacy?: boolean
  /** Whether clients find the attach socket by a link. */
  linked?: boolean
  /** A command in front of the shim. */
  prefix?: readonly string[]
  /** Whether the manager lets the shim start at once. Default `true`. */
  started?: boolean
  /** Debian's conmon in place of this shim. */
  conmon?: boolean
  /** The socket of a server, which hosts the shim behind a front. */
  server?: string | undefined
}

/** The container's, the shim's, and that of a process which a script says that it has left. */
type PidFile = 'pidfile' | 'conmon.pid' | 'orphan'

/** What a shim makes, and what the manager sees of it. */
export interface Shim {
  bundle: string
  /** What came through the sync pipe. */
  told(): string
  /** What the program has printed. */
  output(): string
  /** The whole lines of the sync pipe. */
  messages(): string[]
  /** Waits for the message with this number among them. */
  message(index: number): Promise<unknown>
  attached(): string
  /** Lets the shim start, or an exec session begin. */
  begin(): void
  /** The pid of the program in the foreground. */
  program: number
  /** How that has ended. */
  foreground: Promise<{ code: number | null; stderr: string }>
  /** Resolves when no process has the sync pipe any more. */
  ended: Promise<void>
  /** Whether that is so. */
  isOver(): boolean
  read(name: string): string
  /** Reads a file once it is there. */
  written(name: string): Promise<string>
  pid(name: PidFile): number
}

/**
 * A folder for a container of the tests' own runtime. The server that hosts it writes there to its own end, and so the
 * folder lies in that of the server's socket, which goes later.
 */
export function makeBundle(script = ':', server?: string): string {
  const bundle =
    server === undefined ? temporaryFolder() : mkdtempSync(join(dirname(server), 'bundle-'))
  mkdirSync(join(bundle, 'exits'))
  writeFileSync(join(bundle, 'container.sh'), script)
  writeFileSync(join(bundle, 'runtime'), `#!/bin/sh\nexec python3 ${runtime} "$@"\n`, {
    mode: 0o755,
  })
  return bundle
}

/** The options of a container in a bundle, as podman gives them. */
export function optionsIn(bundle: string, settings: ShimOptions): string[] {
  const { exec = false, legacy = false, linked = false } = settings
  const inside = (name: string) => join(bundle, name)
  return [
    ...(legacy ? [] : ['--api-version', '1']),
    ...['-c', ID, '-u', ID, '-r', inside('runtime'), '-b', bundle],
    ...(linked ? [] : ['--full-attach']),
    ...['-p', inside('pidfile'), '-P', inside('conmon.pid'), '--exit-dir', inside('exits')],
    ...['-l', `k8s-file:${inside('ctr.log')}`],
    ...(exec ? ['-e', '--exec-process-spec', inside('container.sh')] : []),
  ]
}

/** Starts a shim. Whatever it leaves ends with the test. */
export function startShim(
  settings: ShimOptions = {},
  bundle = makeBundle(settings.script, settings.server),
): Shim {
  const { options = [], env = {}, started = true, server } = settings
  const words = [...optionsIn(bundle, settings), ...options]
  const ours = [server === undefined ? program : front, '--compat', 'conmon']
  const command = settings.conmon ? ['conmon'] : ours
  const shim = startProgram([...command, ...words], bundle, {
    ...settings,
    env: { ...pipes(options), ...at(server), ...env },
  })
  if (started) shim.begin()
  return shim
}

/** The options of a shim that runs a script in the bundle when its container has ended. */
export function exitCommand(script: string): string[] {
  return [
    '--exit-command',
    '/bin/sh',
    ...['-c', script].flatMap((word) => ['--exit-command-arg', word]),
  ]
}

/** The variables by which a front finds its server. */
export function at(server: string | undefined): Record<string, string> {
  return server === undefined ? {} : { SEXTON_SHIM_SOCKET: server }
}

/** Starts a shim by this command in a bundle. */
export function startProgram(
  command: readonly string[],
  bundle: string,
  { prefix = [], env = {} }: Pick<ShimOptions, 'prefix' | 'env'>,
): Shim {
  const [file, ...args] = [...prefix, ...command]
  const child = spawn(file as string, args, {
    cwd: bundle,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  const [sync, begin, attached] = child.stdio.slice(3) as unknown as [Readable, Writable, Readable]
  begin.on('error', () => {}) // it has gone before it read the byte
  const [text, ready, errors] = [textOf(sync), textOf(attached), textOf(child.stderr as Readable)]
  const output = textOf(child.stdout as Readable)
  const shim: Shim = {
    bundle,
    told: text,
    output,
    messages: () => text().split('\n').slice(0, -1),
    message: async (index) => {
      await eventually(() => expect(shim.messages().length).toBeGreaterThan(index))
      return JSON.parse(shim.messages()[index] as string)
    },
    attached: ready,
    begin: () => void begin.write('x'),
    program: child.pid as number,
    foreground: new Promise((resolve) => {
      child.once('exit', (code) => resolve({ code, stderr: errors() }))
    }),
    ended: new Promise((resolve) => void sync.once('close', resolve)),
    isOver: () => sync.destroyed,
    read: (name) => readFileSync(join(bundle, name), 'utf8'),
    written: async (name) => {
      // A container whose client does not read may have to wait for ten seconds, twice.
      await eventually(() => expect(shim.read(name)).toBeDefined(), 20_000)
      return shim.read(name)
    },
    pid: (name) => {
      const text = shim.read(name)
      if (!(Number(text) > 0)) throw new Error(`${name} has no process id: '${text}'`)
      return Number(text)
    },
  }
  onTestFinished(() => end(shim, child))
  return shim
}

/** The text of the log, without times. */
export function logOf(shim: Shim): string {
  return shim.read('ctr.log').replace(/^\S+ /gm, '')
}

/** What a container has written, from its log's text. */
export function outputIn(text: string): string {
  return text.replace(/^std(?:out|err) ([PF]) ([^\n]*)\n/gm, (_, mark, line) =>
    mark === 'P' ? line : `${line}\n`,
  )
}

/** Waits until the container has ended and the shim says so. */
export async function exitOf(shim: Shim): Promise<string> {
  return shim.written(`exits/${ID}`)
}

function pipes(options: readonly string[]) {
  const attach = options.includes('--exec-attach') ? { _OCI_ATTACHPIPE: '5' } : {}
  return { _OCI_SYNCPIPE: '3', _OCI_STARTPIPE: '4', ...attach }
}

function textOf(stream: Readable): () => string {
  let text = ''
  stream.on('data', (data) => {
    text += data
  })
  return () => text
}

// The shim is no child of the test, and the container no child of either once the shim has gone.
async function end({ bundle }: Shim, child: ChildProcess): Promise<void> {
  const files = ['pidfile', 'orphan', 'conmon.pid'].map((name) => join(bundle, name))
  const pids = files.flatMap((path) => (existsSync(path) ? processOf(path) : []))
  for (const pid of pids) kill(pid)
  child.kill('SIGKILL')
  for (const stream of child.stdio) stream?.destroy()
  await eventually(() => expect(pids.filter(isRunning)).toEqual([]))
}

// Most have ended long ago, and another process may have the pid by now: one that is younger than the file. An empty
// file, which the runtime was about to write, must not be taken for the pid 0: this process's own group.
function processOf(path: string): number[] {
  const pid = Number(readFileSync(path, 'utf8'))
  const stat = pid > 0 ? readStat(pid) : undefined
  if (stat === undefined) return []
  const [uptime] = readFileSync('/proc/uptime', 'utf8').split(' ').map(Number) as [number]
  const age = uptime - stat.startTime / TICKS
  const ageOfFile = (Date.now() - statSync(path).mtimeMs) / 1000
  return age > ageOfFile - 2 / TICKS ? [pid] : []
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

const isRunning = (pid: number) => (readStat(pid)?.state ?? 'Z') !== 'Z'
