import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { backend } from '../../lib/index.js'
import { readStat, readTaskChildren, readTasks } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { lacks } from '../needs.js'
import { patience } from '../pace.mjs'
import { asPid1, environment } from '../program.js'
import { expectQuiet } from './quiet.js'
import { type Running, start, under } from './running.js'

// For some minutes after its start V8 looks every eight seconds (Node 26: thirty) whether it could
// give memory back, and at last does so. That is Node's idleness, not ours.
const node = [process.execPath, '--no-memory-reducer']

/** A Node that waits for the end of a process, which `expression` makes. */
async function waiting(expression: string): Promise<Running> {
  const source = `
    import { spawn, waitForExit } from 'sexton'
    const ended = waitForExit(${expression})
    console.log('waiting')
    await ended
  `
  const running = start([...node, '--input-type=module', '--eval', source])
  await running.printed('waiting')
  return running
}

/**
 * Kilobytes of memory of its own that it has resident, once it rests. Not those of Node's file, the most by
 * far: how much of that is mapped at a time is a matter of what the machine has read of it by then.
 */
async function residentSize(running: Running): Promise<number> {
  await eventually(() => {
    const states = readTasks(running.pid)?.map(readStat) ?? []
    expect(states.every((stat) => stat?.state === 'S')).toBe(true)
  })
  const status = readFileSync(`/proc/${running.pid}/status`, 'utf8')
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1])
}

// With a small environment: a large one, such as npm's, takes memory for its copy.
async function sizeOf(...command: string[]): Promise<number> {
  const running = start(['env', '-i', `PATH=${environment.PATH}`, ...command], 'pipe')
  await running.printed('ready')
  const size = await residentSize(running)
  running.stdin?.end()
  await running.ended
  return size
}

describe('The memory of pid1', () => {
  it('is at most 1 MB more than that of a Node that does nothing', async () => {
    const idle = `console.log('ready'); process.stdin.on('data', () => {})`
    const script = 'echo ready; read line'
    // The least of five: V8 holds now and then half a megabyte that it has not given back yet.
    const sizes: Record<'bare' | 'pid1', number[]> = { bare: [], pid1: [] }
    for (let i = 0; i < 5; i += 1) {
      sizes.bare.push(await sizeOf(process.execPath, '-e', idle))
      sizes.pid1.push(await sizeOf(...under('-s', 'sh', '-c', script)))
    }
    expect(Math.min(...sizes.pid1) - Math.min(...sizes.bare)).toBeLessThanOrEqual(1024)
  })
})

// The third back-end is named for what it does instead.
describe.skipIf(backend() === 'poll' || lacks('strace'))('Idle', () => {
  it('sexton/init asks nothing of the kernel for ten seconds', {
    timeout: patience(60_000),
  }, async () => {
    // With an orphan that lives, and a child that does.
    const source = `
      import { spawn } from 'node:child_process'
      spawn('sh', ['-c', 'sleep 1000 & exit'], { stdio: 'ignore' }).on('exit', () => {
        spawn('sleep', ['1000'], { stdio: 'ignore' }).on('spawn', () => console.log('ready'))
      })`
    const command = [...node, '--import', 'sexton/init', '--input-type=module', '--eval', source]
    const running = start([...asPid1, ...command])
    await running.printed('ready')
    const [pid] = readTaskChildren(running.pid, running.pid) ?? []
    await expectQuiet(pid as number)
    process.kill(pid as number, 'SIGTERM')
    expect(await running.ended).toMatchObject({ code: 143 })
  })

  const title = 'pid1 and waitForExit ask nothing of the kernel for ten seconds'
  it(title, { timeout: patience(60_000) }, async () => {
    const child = `spawn('sleep', ['1000'], { stdio: 'ignore', deathSignal: 'SIGKILL' }).pid`
    const waits = [await waiting(child)]
    // Only a descriptor tells of the end of someone else's child.
    if (backend() === 'pidfd') waits.push(await waiting(`${process.pid}`))
    const init = start(under('-s', '--', 'cat'), 'pipe')
    await Promise.all([init, ...waits].map(({ pid }) => expectQuiet(pid)))
    init.stdin?.end()
    expect(await init.ended).toMatchObject({ code: 0 })
    for (const { pid, ended } of waits) {
      process.kill(pid, 'SIGKILL')
      await ended
    }
  })
})
