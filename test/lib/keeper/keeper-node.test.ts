import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually } from '../../eventually.js'
import { programFile } from '../../program-file.js'
import { MARK, marked } from './marked.js'

// What becomes of a job when its Node is gone, or does nothing any more.

const programs = await programFile<typeof import('./keeper-node.program.js')>(
  './keeper-node.program.ts',
  import.meta.url,
)

const mark = `node-${process.pid}-${process.hrtime.bigint()}`
const env = { [MARK]: mark }

const nothingIsLeft = () => eventually(() => expect(marked(mark)).toEqual([]), 10_000)

afterEach(nothingIsLeft)

type Argument = number | null

/** Starts a program, and waits until the job has said that it is there. */
async function start(name: 'stay' | 'share' | 'nest', argument: Argument): Promise<ChildProcess> {
  const command = programs.command(name, [argument as number] as never)
  const node = spawn(command[0] as string, command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const lines = createInterface(node.stderr as NonNullable<typeof node.stderr>)
  const [line] = await once(lines, 'line')
  expect(line).toBe('ready')
  return node
}

describe('A job ends when its Node', () => {
  it('is killed', async () => {
    const node = await start('stay', null)
    node.kill('SIGKILL')
    await once(node, 'exit')
    await nothingIsLeft()
  })

  it('aborts', async () => {
    await programs.run('abort', [], { env })
    await nothingIsLeft()
  })

  it('exits', async () => {
    await programs.run('leave', [], { env })
    await nothingIsLeft()
  })

  it('terminates the worker that has started it', async () => {
    expect(await programs.evaluate('terminate', [], { env })).toBeGreaterThan(1)
    await nothingIsLeft()
  })

  it('is stopped, and the time is over', async () => {
    const node = await start('stay', 100)
    node.kill('SIGSTOP')
    await eventually(() => expect(marked(mark).length).toBe(1), 10_000)
    node.kill('SIGKILL')
    await once(node, 'exit')
  })

  it('is killed, and another process holds its socket', async () => {
    const node = await start('share', null)
    node.kill('SIGKILL')
    await once(node, 'exit')
    await nothingIsLeft()
    node.stdin?.end()
  })

  it('is killed, and keepers are nested three deep', async () => {
    const node = await start('nest', 3)
    expect(marked(mark).length).toBeGreaterThanOrEqual(7)
    node.kill('SIGKILL')
    await once(node, 'exit')
    await nothingIsLeft()
  })
})

describe('A job whose Node may open no file', () => {
  it('has its keeper continued when it stops it', async () => {
    expect(await programs.evaluate('starve', [], { env })).toBe(0)
  })
})

describe('The end of a job', () => {
  it('sends no SIGHUP to a process group with a stopped process', async () => {
    // The leader of a session whose parent is not in it, as in a container: its process group is orphaned.
    const node = spawn('setsid', programs.command('endBesideStopped', []), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    expect(await once(node, 'exit')).toEqual([0, null])
    await nothingIsLeft()
  })
})
