// A server that starts children all the time: COUNT of them, LANES at once, by child_process. Prints the
// milliseconds; then, with nothing more to do, waits for the end of its standard input.
import { spawn } from 'node:child_process'

const [program, count, lanes] = process.argv.slice(2)

let left = Number(count)
const lane = async () => {
  while (left > 0) {
    left -= 1
    await new Promise((resolve) => spawn(program, [], { stdio: 'ignore' }).on('exit', resolve))
  }
}
const start = process.hrtime.bigint()
await Promise.all(Array.from({ length: Number(lanes) }, lane))
console.log(Number(process.hrtime.bigint() - start) / 1e6)
process.stdin.resume()
