// The work of limit.c by sexton, and by child_process: `node limit-contender.mjs NAME return|spawn|kill FILE COUNT`.

import { once } from 'node:events'

const [name, work, file, count] = process.argv.slice(2)

const starters = {
  async sexton() {
    const { spawn } = await import('sexton')
    return () => {
      const child = spawn(file, [], { stdio: 'ignore' })
      return { ended: child.exited, kill: () => child.kill('SIGKILL') }
    }
  },
  async child_process() {
    const { spawn } = await import('node:child_process')
    return () => {
      const child = spawn(file, [], { stdio: 'ignore' })
      return { ended: once(child, 'exit'), kill: () => child.kill('SIGKILL') }
    }
  },
}

const start = await starters[name]()
const microseconds = () => Number(process.hrtime.bigint()) / 1e3
const WARM_UPS = 50

async function measured() {
  let begun = microseconds()
  const child = start()
  const returned = microseconds() - begun
  if (work === 'kill') {
    await new Promise((resolve) => setTimeout(resolve, 2)) // until it rests
    begun = microseconds()
    child.kill()
  }
  await child.ended
  return work === 'return' ? returned : microseconds() - begun
}

for (let i = 0; i < WARM_UPS; i += 1) await measured()
const times = []
for (let i = 0; i < Number(count); i += 1) times.push(await measured())
console.log(times.join('\n'))
