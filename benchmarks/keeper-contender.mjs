// One way to start a program, in a process of its own: `node keeper-contender.mjs NAME`. For each line of its standard
// input it does the task, and prints what it has measured as JSON:
//
//   start COUNT FILE    runs a program that exits at once: the microseconds of each time
//   until COUNT FILE    runs a program that prints the time: the microseconds until it ran
//   together COUNT FILE runs so many at once: the milliseconds until all have ended
//   stay                starts a job that stays: the keeper's pid

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { runJob, spawn } from 'sexton'

const stdio = 'ignore'
const RUN = {
  'spawn()': (file) => spawn(file, [], { stdio }).exited,
  'runJob()': (file) => runJob(file, [], { stdio }),
}
const run = RUN[process.argv[2]]

async function start(count, file) {
  const times = []
  for (let i = 0; i < count; i += 1) {
    const begun = process.hrtime.bigint()
    await run(file)
    times.push(Number(process.hrtime.bigint() - begun) / 1e3)
  }
  return times
}

const clock = { stdio: ['ignore', 'pipe', 'ignore'] }
const TELL = {
  'spawn()': async (file) => {
    const child = spawn(file, [], clock)
    const printed = await text(child.stdout)
    await child.exited
    return printed
  },
  'runJob()': async (file) => (await runJob(file, [], clock)).stdout,
}
const tell = TELL[process.argv[2]]

async function until(count, file) {
  const times = []
  for (let i = 0; i < count; i += 1) {
    const begun = process.hrtime.bigint()
    times.push(Number(BigInt((await tell(file)).trim()) - begun) / 1e3)
  }
  return times
}

async function together(count, file) {
  const begun = process.hrtime.bigint()
  await Promise.all(Array.from({ length: count }, () => run(file)))
  return Number(process.hrtime.bigint() - begun) / 1e6
}

function stay() {
  runJob('sleep', ['1000'], { stdio }).catch(() => {})
  return Number(readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8'))
}

const TASKS = { start, until, together, stay }

for await (const line of createInterface({ input: process.stdin })) {
  const [task, count, file] = line.split(' ')
  console.log(JSON.stringify(await TASKS[task](Number(count), file)))
}
process.exit()
