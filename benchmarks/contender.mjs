// One way to wait, in a process of its own, so that what the process uses is what the waiting costs:
// `node contender.mjs NAME COUNT`. It starts one child after another, tells of each on its standard
// output, and waits; whoever reads that kills the child. See executioner.mjs.

import { writeSync } from 'node:fs'
import { waiters } from './waiters.mjs'

const [name, count] = process.argv.slice(2)
const start = await waiters[name].open()

for (let left = Number(count); left > 0; left -= 1) {
  const { pid, wait } = start()
  tell({ pid })
  const usageBefore = process.resourceUsage()
  const begun = process.hrtime.bigint()
  await wait()
  const noticed = process.hrtime.bigint()
  const usage = process.resourceUsage()
  tell({
    noticed: String(noticed),
    waited: Number(noticed - begun) / 1e9,
    cpu: cpuTime(usage) - cpuTime(usageBefore),
    wakeups: usage.voluntaryContextSwitches - usageBefore.voluntaryContextSwitches,
  })
}

function cpuTime({ userCPUTime, systemCPUTime }) {
  return userCPUTime + systemCPUTime
}

// Not by a stream: a loop that holds the thread would keep the words in it.
function tell(message) {
  writeSync(1, `${JSON.stringify(message)}\n`)
}
