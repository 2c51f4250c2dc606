import { spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { expect, onTestFinished } from 'vitest'
import { eventually } from '../../eventually.js'
import { root } from '../../program.js'
import { type Ending, fixture, python, type Running, type Scene, type Staging } from './scene.js'
import type { Mode, Subject } from './subject.js'

type Event = Partial<{
  init: number
  stopped: boolean
  foreground: number
  code: number
  signal: number
  left: string[]
}>

/** Puts an init, whose words are these, in its place. */
export function stage(
  subject: Subject,
  mode: Mode,
  words: readonly string[],
  expected: string,
): Scene {
  const start: Scene['start'] = async (command, staging = {}) => {
    const init = [...words, ...(staging.bare ? [] : ['--']), ...command]
    const running = raise(mode, [...(staging.prefix ?? []), ...init], staging)
    await eventually(() => expect(running.pid).toBeGreaterThan(0), 20_000)
    return running
  }
  const run: Scene['run'] = async (command, staging) => (await start(command, staging)).ended
  return { subject, mode, expected, start, run }
}

function raise(mode: Mode, words: readonly string[], { env, hold, orphan }: Staging): Running {
  const { namespace, terminal } = mode
  const spec = JSON.stringify({ namespace, terminal, hold, orphan })
  const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env
  const child = spawn(python, [fixture('stage.py'), spec, ...words], {
    cwd: root,
    env: { ...inherited, ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true, // a session without a terminal, whatever the tests themselves have
  })
  const [stdin, ...readers] = child.stdio as unknown as [Writable, Readable, Readable, Readable]
  const output = readers.map((reader) => collect(reader))
  const text = (at: number) => output[at]?.() ?? ''
  const events = () => {
    const lines = text(2).split('\n').slice(0, -1)
    return Object.assign({}, ...lines.map((line) => JSON.parse(line))) as Event
  }
  let over = false
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', () => {
      over = true
      const { code = null, signal = null, left = [], foreground } = events()
      resolve({ code, signal, left, foreground, stdout: text(0), stderr: text(1) })
    })
  })
  // For a test that failed half-way: the stage then ends everyone on it.
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return {
    get pid() {
      return events().init ?? 0
    },
    stdout: () => text(0),
    stderr: () => text(1),
    type: (keys) => void stdin.write(keys),
    resize: (rows, columns) => void stdin.write(`resize ${rows} ${columns}`),
    printed: (pattern) =>
      match(
        () => text(0) + text(1),
        pattern,
        () => over,
      ),
    stopped: () => events().stopped === true,
    hasEnded: () => over || events().code !== undefined || events().signal !== undefined,
    ended,
  }
}

// Bytes: what an init hands on need not be UTF-8.
function collect(reader: Readable): () => string {
  let text = ''
  reader.setEncoding('latin1').on('data', (data: string) => {
    text += data
  })
  return () => text
}

async function match(
  text: () => string,
  pattern: RegExp,
  over: () => boolean,
): Promise<RegExpExecArray> {
  await eventually(() => expect(pattern.test(text()) || over(), text()).toBe(true), 20_000)
  const found = pattern.exec(text())
  if (found === null) throw new Error(`it ended without ${pattern}: ${text()}`)
  return found
}
