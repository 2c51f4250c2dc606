// One way to watch many children, in a process of its own: `node watching-contender.mjs NAME PAUSE SIBLINGS NUMBER`.
// Prints their pids as JSON when all are watched, then for each whose end it sees a line: its pid, the instant, and the
// pid of the child that takes its place.

import { writeSync } from 'node:fs'
import { watchers } from './watchers.mjs'

const [name, pause, siblings, number] = process.argv.slice(2)
const BATCH = 50

const seen = (pid) => {
  const instant = process.hrtime.bigint()
  writeSync(1, `${pid} ${instant} ${watch.start(1)}\n`)
}
const watch = await watchers[name].open({ pause, siblings }, seen)
// A breather now and then: what starts thousands in one turn of the loop is not what is measured.
const pids = []
while (pids.length < Number(number)) {
  pids.push(...watch.start(Math.min(BATCH, Number(number) - pids.length)))
  await new Promise((resolve) => setImmediate(resolve))
}
writeSync(1, `${JSON.stringify(pids)}\n`)
watch.begin?.()
