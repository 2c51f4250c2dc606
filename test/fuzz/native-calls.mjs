// Makes the native calls that it reads from stdin, and says when it has come to their end alive.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { revive } from './revive.mjs'

const calls = JSON.parse(readFileSync(0, 'utf8'))
const binding = createRequire(import.meta.url)(process.argv[2])

// Not `process.exit()` at the end: what was opened must be torn down as it is in any program.
for (const { name, args } of calls) {
  try {
    binding[name](...args.map(revive))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}
await delay(1) // what the loop makes of it
process.stdout.write('done')
