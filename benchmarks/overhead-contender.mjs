// A server that starts children by child_process, LANES at once. For each line of its standard input it starts
// so many, and prints the milliseconds; for 0 it prints, once the garbage is gone, the bytes of JavaScript's
// memory. It holds MEGABYTES of memory, all of which child_process forks each time.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const [program, lanes, megabytes] = process.argv.slice(2)

globalThis.held = Buffer.alloc(Number(megabytes) * 2 ** 20, 1)

async function serve(children) {
  let left = children
  const lane = async () => {
    while (left > 0) {
      left -= 1
      await new Promise((resolve) => spawn(program, [], { stdio: 'ignore' }).on('exit', resolve))
    }
  }
  const start = process.hrtime.bigint()
  await Promise.all(Array.from({ length: Number(lanes) }, lane))
  return Number(process.hrtime.bigint() - start) / 1e6
}

async function memory() {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  for (let i = 0; i < 4; i += 1) {
    gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external - globalThis.held.length
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(line === '0' ? await memory() : await serve(Number(line)))
}
