// A server that says who asked it to end, and ends in good order. A second signal, or ten seconds, and it
// does not wait any longer:
//
//   node examples/graceful-shutdown.mjs &
//   kill $!
//
// Under `pid1` the sender is pid1, which forwards what it gets: `pid1 -v` says what that was.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Signals } from 'sexton'

const PATIENCE = 10_000

// The name is the sender's own choice, and it may be another's by now if the sender has ended: good for
// a log, not for a decision.
function nameOf(pid) {
  try {
    return JSON.stringify(readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd())
  } catch {
    return 'which has ended'
  }
}

function describe({ pid, uid, code }) {
  if (code === 'SI_KERNEL') return 'the kernel' // Ctrl-C, or a terminal that was closed
  if (pid === 0) return `a process outside of this PID namespace, of user ${uid}`
  return `process ${pid} (${nameOf(pid)}) of user ${uid}`
}

const server = createServer((_request, response) => {
  response.write('working …\n')
  setTimeout(() => response.end('done\n'), 500)
})
// Before there is anything to lose: from here on SIGTERM does not end the process by itself.
const signals = new Signals(['SIGTERM', 'SIGINT'])
server.listen(Number(process.env.PORT ?? 0))
await once(server, 'listening')
console.log(`listening on port ${server.address().port}`)

const first = await signals.next()
console.log(`${first.value.name} from ${describe(first.value.origin)}: closing`)

// Answers what was asked, and accepts no more; connections end with their answers.
server.close()
server.closeIdleConnections()
server.keepAliveTimeout = 1
const second = signals.next().then(({ value }) => value && `${value.name} again`)
const late = sleep(PATIENCE, 'too late', { ref: false })
const impatient = await Promise.race([once(server, 'close').then(() => undefined), second, late])
signals.close()

console.log(impatient === undefined ? 'closed' : `${impatient}: closing no further`)
process.exit(impatient === undefined ? 0 : 1)
