import { Agent, get } from 'node:http'
import { expect, onTestFinished } from 'vitest'
import { start } from '../running.js'
import type { Block } from './blocks.js'
import { type Plan, program } from './plan.js'

/** What a server that shuts down is to its document. */
export const A_SERVER = "declare const server: import('node:http').Server"

/** The blocks of docs/signals.md. */
export const plansOfSignals: Readonly<Record<string, Plan>> = {
  'docs/signals.md, Shut down, and say who asked for it': { given: A_SERVER, runs: shutsDown },
  'docs/signals.md, Shut down, and say who asked for it (2)': { runs: readsSignals },
}

const server = `
  import { createServer } from 'node:http'
  const server = createServer((request, response) => {
    console.log('asked')
    process.once('SIGTERM', () => setTimeout(() => response.end('answer'), 100))
  })
  server.listen(0, () => console.log('port', server.address().port))`

export async function shutsDown(block: Block): Promise<void> {
  const running = start(program(block, server))
  await running.printed(/port \d+/)
  const port = /port (\d+)/.exec(running.stdout())?.[1]
  // A client that keeps its connection alive for as long as the server does.
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const answer = new Promise<string>((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, agent }, (response) => {
      response.setEncoding('utf8').once('data', resolve).on('error', reject)
    })
    request.on('error', reject)
  })
  await running.printed('asked')
  const begin = performance.now()
  process.kill(running.pid, 'SIGTERM')
  expect(await answer).toBe('answer')
  const stderr = expect.stringMatching(/^SIGTERM from pid \d+ \(uid \d+, .*\): shutting down\n$/)
  expect(await running.ended).toMatchObject({ code: 0, stderr })
  expect(performance.now() - begin).toBeLessThan(5000) // for which Node keeps an idle connection
}

async function readsSignals(block: Block): Promise<void> {
  const running = start(program(block, `setTimeout(() => console.log('ready'))`))
  await running.printed('ready')
  for (const [signal, name] of [
    ['SIGHUP', 'SIGHUP'],
    ['SIGUSR2', 'SIGUSR2'],
    [37, 'SIGRTMIN\\+3'],
  ] as const) {
    process.kill(running.pid, signal)
    await running.printed(
      new RegExp(`^${name} from pid ${process.pid}, uid ${process.getuid?.()}$`, 'm'),
    )
  }
  process.kill(running.pid, 'SIGKILL')
  await running.ended
}
