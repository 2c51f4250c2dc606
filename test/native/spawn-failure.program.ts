import { backend, type SpawnOptions, spawn } from 'sexton'
import { takeAllDescriptors } from '../inside.js'

async function failureOf(options: SpawnOptions) {
  const { syscall, errno } = await spawn('/bin/true', [], options).exited.catch((error) => error)
  return { syscall, errno }
}

export async function spawnWithoutDescriptors() {
  backend()
  takeAllDescriptors()
  return failureOf({ stdio: 'inherit' })
}

export function spawnAsOther() {
  return failureOf({ uid: 12345, gid: 12345, groups: [12345] })
}
