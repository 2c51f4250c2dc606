// A program as there are many: it runs shell commands that put something into the background and end.
// Leaves as many orphans as its argument says. Prints how many it has left so far, then `done` once
// all of them have died, and ends when its standard input does.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE = 25
// The shell forks each, and ends at once: no one is left to wait for them.
const SCRIPT = 'for i in 1 2 3; do sleep 0.2 & done'
const ORPHANS_PER_SHELL = 3

// The orphans hold the shell's standard output open: it is closed when the last of them has died.
function leaveOrphans() {
  const shell = spawn('sh', ['-c', SCRIPT], { stdio: ['ignore', 'pipe', 'ignore'] })
  shell.stdout.resume()
  return once(shell, 'close')
}

const wanted = Number(process.argv[2])
const deaths = []
for (let left = 0; left < wanted; ) {
  deaths.push(leaveOrphans())
  left += ORPHANS_PER_SHELL
  process.stdout.write(`${left}\n`)
  await sleep(PAUSE)
}
await Promise.all(deaths)
process.stdout.write('done\n')
await once(process.stdin.resume(), 'end')
