import { closeSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { takeAllDescriptors } from '../inside.js'

// Sexton is imported late: one of these programs replaces process.env before.

const nobody = { uid: 65534, gid: 65534 }

/** The pid of a grandchild that writes on when this process has ended. */
export async function leaveWriter() {
  const { spawn } = await import('sexton')
  const script = 'trap "" HUP; (while :; do echo x; done) & echo $!'
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  const { value } = await child.stdout[Symbol.asyncIterator]().next()
  await child.exited
  return Number.parseInt(value, 10)
}

/** For a Node that may have few descriptors. */
export async function spawnWithLittleRoom() {
  const { backend, spawn } = await import('sexton')
  backend()
  const held = takeAllDescriptors()
  const codes = new Set<string>()
  for (let room = 0; room < 12; room += 1) {
    await spawn('true').exited.then(
      () => codes.add('ran'),
      (error) => codes.add(error.code),
    )
    closeSync(held.pop() as number)
  }
  return [...codes]
}

export async function spawnAsOthersAndAbort() {
  const { spawn } = await import('sexton')
  await spawn('true', [], nobody).exited
  await spawn('/no/such/file', [], { uid: 65534 }).exited.catch(() => {})
  process.abort()
}

export async function spawnAsRoot() {
  const { spawn } = await import('sexton')
  return (await spawn('true', [], { uid: 0, gid: 0 }).exited).code
}

/** What a program prints that looks, as another user, for memory of ours in what that user's children have. */
export async function spawnBesideSpy(file: string) {
  const { spawn } = await import('sexton')
  const options = { ...nobody, groups: [] }
  const spy = spawn(file, ['4'], { ...options, cleanEnv: true })
  const printed = text(spy.stdout)
  let running = true
  spy.exited.then(() => {
    running = false
  })
  // What is looked for first makes the time before exec longer.
  const PATH = `${'x/:'.repeat(20)}/bin`
  const brief = { ...options, stdio: 'ignore', env: { PATH }, cleanEnv: true } as const
  while (running) await spawn('true', [], brief).exited
  return printed
}

export async function replaceProcessEnv() {
  process.env = { ...process.env, MARK: 'seen' }
  const { spawn } = await import('sexton')
  return (await spawn('sh', ['-c', 'test "$MARK" = seen']).exited).code
}
