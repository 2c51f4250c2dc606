// A server that starts children all the time: COUNT of them, LANES at once, by child_process, after as many
// as it takes until all code is compiled. Prints the milliseconds and, once the garbage is gone, the bytes of
// JavaScript's memory; then, with nothing more to do, waits for the end of its standard input. It holds MEGABYTES of memory, all of which child_process forks each time.
import { spawn } from 'node:child_process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const [program, count, lanes, megabytes] = process.argv.slice(2)

globalThis.held = Buffer.alloc(Number(megabytes) * 2 ** 20, 1)

async function serve(children) {
  let left = children
  const lane = async () => {
    while (left > 0) {
      left -= 1
      await new Promise((resolve) => spawn(program, [], { stdio: 'ignore' }).on('exit', resolve))
    }
  }
  await Promise.all(Array.from({ length: Number(lanes) }, lane))
}

await serve(Number(count) / 4)
const start = process.hrtime.bigint()
await serve(Number(count))
const time = Number(process.hrtime.bigint() - start) / 1e6
setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')
for (let i = 0; i < 4; i += 1) {
  gc()
  await new Promise((resolve) => setImmediate(resolve))
}
const { heapUsed, external } = process.memoryUsage()
console.log(JSON.stringify({ time, javascript: heapUsed + external - globalThis.held.length }))
process.stdin.resume()
