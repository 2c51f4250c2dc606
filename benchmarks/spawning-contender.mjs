// One way to spawn, in a process of its own: `node spawning-contender.mjs NAME FILE MEGABYTES COUNT`.
// Prints the figures as JSON.

import { spawners } from './spawners.mjs'

const [name, file, megabytes, count] = process.argv.slice(2)
const WARM_UPS = 20

const run = await spawners[name]()
// Resident, as a real heap is: fork() would have to copy its page tables.
const ballast = Array.from({ length: Number(megabytes) / 50 }, () => Buffer.alloc(50e6, 1))

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const microseconds = (since) => Number(process.hrtime.bigint() - since) / 1e3

/** How long the loop was held, until it came to its next turn; and how long until the end was seen. */
async function once() {
  await nextTurn()
  const begun = process.hrtime.bigint()
  const ended = run(file).then(() => microseconds(begun))
  await nextTurn()
  return { held: microseconds(begun), whole: await ended }
}

async function oneByOne(number) {
  const spawns = []
  for (let i = 0; i < number; i += 1) spawns.push(await once())
  return spawns
}

await oneByOne(WARM_UPS)
console.log(JSON.stringify({ spawns: await oneByOne(Number(count)), ballast: ballast.length }))
