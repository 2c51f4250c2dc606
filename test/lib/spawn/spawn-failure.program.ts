import { closeSync, readdirSync } from 'node:fs'
import { descendants, type SpawnOptions, spawn } from 'sexton'
import { takeAllDescriptors } from '../../inside.js'

const BAD: [string, SpawnOptions][] = [
  ['/nonexistent', {}],
  ['true', { cwd: '/nonexistent' }],
  ['true', { stdio: ['pipe', 'pipe', 'pipe', 'readable', 'writable', 19999] }],
  ['true', { cgroup: '/nonexistent' }],
  ['true', { cgroup: '/' }],
  ['true', { rlimits: { core: { soft: 2, hard: 1 } } }],
]

async function fail() {
  const codes: unknown[] = []
  for (const [file, options] of BAD) {
    codes.push(await spawn(file, [], options).exited.catch(({ code }) => code))
  }
  return codes
}

export async function failFiftyTimes() {
  const count = () => readdirSync('/proc/self/fd').length
  await fail()
  const before = count()
  const codes = new Set<unknown>()
  for (let i = 0; i < 50; i += 1) for (const code of await fail()) codes.add(code)
  return { grown: count() - before, left: descendants(), codes: [...codes] }
}

export function failUnseen() {
  spawn('/nonexistent')
}

/** For a Node that may have few descriptors. */
export async function failForWantOfDescriptors() {
  await spawn('true').exited
  takeAllDescriptors()
  return spawn('true').exited.catch(({ code, errno }) => [code, errno])
}

/**
 * For a Node that may have few descriptors. Starts a child with three pipes where none is left, then one, then two …
 *
 * @returns How each went, and how many descriptors it has kept.
 */
export async function startWithFewDescriptors(most: number) {
  await spawn('true').exited
  const held = takeAllDescriptors()
  const ends: [unknown, number][] = []
  for (let left = 0; left <= most; left += 1) {
    for (const fd of held.splice(0, left)) closeSync(fd)
    const end = await spawn('true').exited.then(
      ({ code }) => code,
      ({ syscall, errno }) => [syscall, errno],
    )
    const free = takeAllDescriptors()
    ends.push([end, left - free.length])
    held.push(...free)
  }
  return ends
}
