import { closeSync } from 'node:fs'
import { spawn } from 'sexton'
import { takeAllDescriptors } from '../inside.js'

const outcome = () =>
  spawn('true', [], { stdio: 'ignore' }).exited.then(
    ({ code }) => code,
    ({ code }) => code,
  )

async function starved() {
  const held = takeAllDescriptors()
  const result = await outcome()
  for (const fd of held) closeSync(fd)
  return result
}

/** For a Node that may have few descriptors. */
export async function spawnStarved() {
  return [await starved(), await outcome(), await starved()]
}
