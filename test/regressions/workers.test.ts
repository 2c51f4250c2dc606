import { describe, expect, it } from 'vitest'
import { evaluate } from '../program.js'

describe('a worker that is terminated', () => {
  it.each([
    ['in the midst of spawning', "for (;;) await spawn('true', [], { stdio: 'ignore' }).exited"],
    [
      'with exits about to be seen',
      "for (let i = 0; i < 20; i++) spawn('sleep', ['0.01']).exited\n await new Promise(() => {})",
    ],
  ])('%s does not take the process with it', async (_, body) => {
    const result = await evaluate(`
      import { once } from 'node:events'
      import { Worker } from 'node:worker_threads'
      const source = "import { spawn } from 'sexton'\\n" +
        "import { parentPort } from 'node:worker_threads'\\n" +
        "parentPort.postMessage('ready')\\n" + ${JSON.stringify(body)}
      const url = new URL('data:text/javascript,' + encodeURIComponent(source.replace("'sexton'",
        "'" + import.meta.resolve('sexton') + "'")))
      for (let i = 0; i < 15; i++) {
        const worker = new Worker(url)
        await once(worker, 'message')
        await new Promise((resolve) => setTimeout(resolve, i % 11))
        await worker.terminate()
      }
      console.log(JSON.stringify('survived'))`)
    expect(result).toBe('survived')
  })
})

describe("Zombies with scope 'all'", () => {
  it("leaves a worker's children to the worker", async () => {
    const result = await evaluate(`
      import { once } from 'node:events'
      import { Worker } from 'node:worker_threads'
      import { Zombies } from 'sexton'
      const zombies = new Zombies({ scope: 'all' })
      let taken = 0
      const loop = (async () => { for await (const _ of zombies) taken += 1 })()
      const source = "import { spawn } from '" + import.meta.resolve('sexton') + "'\\n" +
        "import { parentPort } from 'node:worker_threads'\\n" +
        "const statuses = await Promise.all(Array.from({ length: 128 }, () => spawn('true').exited))\\n" +
        "parentPort.postMessage(statuses.filter((status) => status.known).length)"
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)))
      const [known] = await once(worker, 'message')
      zombies.close()
      await loop
      console.log(JSON.stringify({ known, taken }))
      process.exit()`)
    expect(result).toEqual({ known: 128, taken: 0 })
  })
})
