// One way to run many programs, in a process of its own: `node throughput-contender.mjs NAME`. For each line of its
// standard input it does the task, and prints its result as JSON:
//
//   ignore IN_FLIGHT COUNT FILE  programs a second, without pipes
//   pipe IN_FLIGHT COUNT FILE    programs a second, whose output is read to the end
//   turn COUNT FILE              microseconds for which COUNT starts in one turn hold the loop, and until all have ended
//   crowd COUNT FILE             starts COUNT children that stay

import { createInterface } from 'node:readline'
import { runners } from './runners.mjs'
import { spawners } from './spawners.mjs'
import { watchers } from './watchers.mjs'

const [name] = process.argv.slice(2)
const BATCH = 50
const ignoring = await spawners[name]()
const { run } = await runners[name]()

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const microseconds = (since) => Number(process.hrtime.bigint() - since) / 1e3

async function reading(file) {
  const { stdout } = await run(file, [])
  if (stdout.length === 0) throw new Error(`${name} has read nothing from ${file}`)
}

/** Programs a second, with so many in flight. */
async function rateOf(start, inFlight, count) {
  let left = count
  const lane = async () => {
    while (left > 0) {
      left -= 1
      await start()
    }
  }
  const begun = process.hrtime.bigint()
  await Promise.all(Array.from({ length: inFlight }, lane))
  return (count / microseconds(begun)) * 1e6
}

async function inOneTurn(count, file) {
  await nextTurn()
  const begun = process.hrtime.bigint()
  const ended = Promise.all(Array.from({ length: count }, () => ignoring(file)))
  await nextTurn()
  const held = microseconds(begun)
  await ended
  return { held, whole: microseconds(begun) }
}

async function crowd(count, pause) {
  const { start } = await watchers[name === 'sexton' ? 'pidfd' : name].open({ pause }, () => {})
  for (let left = count; left > 0; left -= BATCH) {
    start(Math.min(BATCH, left))
    await nextTurn()
  }
  return count
}

const TASKS = {
  ignore: ([inFlight, count, file]) =>
    rateOf(() => ignoring(file), Number(inFlight), Number(count)),
  pipe: ([inFlight, count, file]) => rateOf(() => reading(file), Number(inFlight), Number(count)),
  turn: ([count, file]) => inOneTurn(Number(count), file),
  crowd: ([count, file]) => crowd(Number(count), file),
}

for await (const line of createInterface({ input: process.stdin })) {
  const [task, ...words] = line.split(' ')
  console.log(JSON.stringify(await TASKS[task](words)))
}
process.exit() // the crowd goes with it
