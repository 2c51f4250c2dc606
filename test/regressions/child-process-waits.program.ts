import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { waitForExit } from 'sexton'
import { takeAllDescriptors } from '../inside.js'

/** For a Node that may have few descriptors. */
export async function waitWithoutDescriptors() {
  const children = Array.from({ length: 40 }, () =>
    spawn('sh', ['-c', 'read line; exit 7'], { stdio: ['pipe', 'ignore', 'ignore'] }),
  )
  const wait = () => Promise.all(children.map(({ pid }) => waitForExit(pid as number)))
  const held = takeAllDescriptors()
  const first = wait()
  await new Promise(setImmediate)
  for (const fd of held) closeSync(fd)
  const second = wait()
  for (const { stdin } of children) stdin.end()
  const statuses = [...(await first), ...(await second)]
  return statuses.map(({ code }) => code)
}
