// The work of limit.c by sexton, and by child_process: `node limit-contender.mjs NAME`. It reads the same lines.

import { once } from 'node:events'
import { createInterface } from 'node:readline'

const [name] = process.argv.slice(2)

const starters = {
  async sexton() {
    const { spawn } = await import('sexton')
    return (file) => {
      const child = spawn(file, [], { stdio: 'ignore' })
      return { ended: child.exited, kill: () => child.kill('SIGKILL') }
    }
  },
  async child_process() {
    const { spawn } = await import('node:child_process')
    return (file) => {
      const child = spawn(file, [], { stdio: 'ignore' })
      return { ended: once(child, 'exit'), kill: () => child.kill('SIGKILL') }
    }
  },
}

const start = await starters[name]()
const microseconds = () => Number(process.hrtime.bigint()) / 1e3

async function measured(work, file) {
  let begun = microseconds()
  const child = start(file)
  const returned = microseconds() - begun
  if (work === 'kill') {
    await new Promise((resolve) => setTimeout(resolve, 2)) // until it rests
    begun = microseconds()
    child.kill()
  }
  await child.ended
  return work === 'return' ? returned : microseconds() - begun
}

for await (const line of createInterface({ input: process.stdin })) {
  const [work, count, file] = line.split(' ')
  const times = []
  for (let i = 0; i < Number(count); i += 1) times.push(await measured(work, file))
  console.log(times.join(' '))
}
