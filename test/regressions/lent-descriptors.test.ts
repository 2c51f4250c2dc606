import { describe, expect, it } from 'vitest'
import { evaluate } from '../program.js'

// A few workers, of which each is terminated while it opens streams.
const program = (body: string) => `
  import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs'
  import { once } from 'node:events'
  import { Worker } from 'node:worker_threads'
  const source = "import { spawn } from '" + import.meta.resolve('sexton') + "'\\n" +
    "import { parentPort } from 'node:worker_threads'\\n" +
    "const lane = async () => { for (let i = 0; ; i += 1) {" + ${JSON.stringify(body)} +
    "\\nif (i === 2) parentPort.postMessage('ready') } }\\n" +
    "await Promise.all([lane(), lane(), lane()])"
  const url = new URL('data:text/javascript,' + encodeURIComponent(source))
  const count = () => readdirSync('/proc/self/fd').length
  // Whoever closed a number twice would close one of these.
  let strangers = 0
  let lost = 0
  let over = false
  const { ino, dev } = fstatSync(openSync('/dev/null'))
  const open = async () => {
    while (!over) {
      const fds = Array.from({ length: 8 }, () => openSync('/dev/null'))
      await new Promise((resolve) => setImmediate(resolve))
      for (const fd of fds) {
        strangers += 1
        try {
          const found = fstatSync(fd)
          if (found.ino !== ino || found.dev !== dev) lost += 1
          closeSync(fd)
        } catch { lost += 1 }
      }
    }
  }
  const opening = open()
  const round = async (i) => {
    const worker = new Worker(url)
    await once(worker, 'message')
    await new Promise((resolve) => setTimeout(resolve, i % 7))
    await worker.terminate()
  }
  await round(0)
  await round(0)
  const idle = async () => {
    for (let least = Infinity, same = 0; ; ) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const now = count()
      same = now < least ? 0 : same + 1
      least = Math.min(least, now)
      if (same === 50) return least
    }
  }
  over = true
  await opening
  const before = await idle()
  over = false
  const again = open()
  for (let i = 0; i < 40; i++) await round(i)
  over = true
  await again
  console.log(JSON.stringify({ leaked: (await idle()) - before, lost, strangers: strangers > 0 }))`

describe('A worker that is terminated while it opens streams', () => {
  it.each(['writable', 'readable'])('leaks no %s one and closes no stranger', async (kind) => {
    // So many that the worker is usually about to open one.
    const body = `
      const c = spawn('true', [], { stdio: [...Array(3).fill('ignore'), ...Array(64).fill('${kind}')] })
      for (const stream of c.stdio) stream?.destroy()
      await c.exited`
    const result = await evaluate(program(body), { timeout: 60_000 })
    expect(result).toEqual({ leaked: 0, lost: 0, strangers: true })
  })
})
