// One way to run commands, in a process of its own: `node running-contender.mjs NAME MEGABYTES`. It holds MEGABYTES.
// For each line of its standard input it does the task, and prints the microseconds of each time as JSON:
//
//   start COUNT FILE     runs a program that exits at once
//   collect COUNT BYTES  gets so many bytes as a string
//   pipe COUNT BYTES     counts so many bytes by another command

import { createInterface } from 'node:readline'
import { runners } from './runners.mjs'

const [name, megabytes] = process.argv.slice(2)
const { run, pipe } = await runners[name]()

// Resident, as a real heap is: fork() would have to copy its page tables.
globalThis.held = Array.from({ length: Number(megabytes) / 50 }, () => Buffer.alloc(50e6, 1))

const source = (bytes) => ['head', '-c', bytes, '/dev/zero']

const TASKS = {
  start: (file) => run(file, []),
  collect: async (bytes) => {
    const { stdout } = await run(source(bytes)[0], source(bytes).slice(1))
    if (stdout.length !== Number(bytes)) throw new Error(`got ${stdout.length} of ${bytes} bytes`)
  },
  pipe: async (bytes) => {
    const { stdout } = await pipe(source(bytes), ['wc', '-c'])
    if (stdout.trim() !== bytes) throw new Error(`counted ${stdout.trim()} of ${bytes} bytes`)
  },
}

async function timesOf(task, count, argument) {
  const times = []
  for (let i = 0; i < count; i += 1) {
    const begun = process.hrtime.bigint()
    await TASKS[task](argument)
    times.push(Number(process.hrtime.bigint() - begun) / 1e3)
  }
  return times
}

for await (const line of createInterface({ input: process.stdin })) {
  const [task, count, argument] = line.split(' ')
  console.log(JSON.stringify(await timesOf(task, Number(count), argument)))
}
