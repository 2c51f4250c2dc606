// One way to watch many children, in a process of its own: `node watching-contender.mjs NAME FILE NUMBER`.
// Prints their pids as JSON when all are watched, then for each whose end it sees a line: its pid, the instant, and the
// pid of the child that takes its place.

import { writeSync } from 'node:fs'
import { watchers } from './watchers.mjs'

const [name, file, number] = process.argv.slice(2)

const seen = (pid) => {
  const instant = process.hrtime.bigint()
  writeSync(1, `${pid} ${instant} ${watch.start()}\n`)
}
const watch = await watchers[name].open(file, seen)
// A breather now and then: what starts thousands in one turn of the loop is not what is measured.
const pids = []
while (pids.length < Number(number)) {
  pids.push(watch.start())
  if (pids.length % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
}
writeSync(1, `${JSON.stringify(pids)}\n`)
watch.begin?.()
