// A worker of the example: a job a line on standard input, its outcome a line on standard output.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const work = {
  square: (n) => n * n,
  crash: (code) => process.exit(code),
  hang: () => new Promise(() => {}),
  daemon: () => {
    spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref()
    return 'started'
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const [[name, argument]] = Object.entries(JSON.parse(line))
  console.log(JSON.stringify(await work[name](argument)))
}
