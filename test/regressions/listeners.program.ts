import { spawn as nodeSpawn } from 'node:child_process'
import { Signals, shutdown, spawn, waitForExit, Zombies } from 'sexton'

/** The warnings of Node. */
export async function haveManyUsers() {
  const warnings: string[] = []
  process.on('warning', ({ message }) => warnings.push(message))
  const { signal } = new AbortController()
  const child = nodeSpawn('cat')
  const pid = child.pid as number
  const own = Array.from({ length: 30 }, () => spawn('cat', [], { signal }))
  const waits = own.flatMap((one) => [
    waitForExit(pid),
    waitForExit(pid, { signal }),
    waitForExit(one.pid, { signal }),
  ])
  for (let i = 0; i < 30; i += 1) {
    new Zombies({ signal })
    new Signals(['SIGUSR2'], { signal })
    shutdown(() => {})
  }
  child.stdin.end()
  for (const { stdin } of own) stdin.end()
  await Promise.all(waits)
  await new Promise(setImmediate)
  return warnings
}
