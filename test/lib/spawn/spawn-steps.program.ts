import { closeSync, openSync } from 'node:fs'
import { type SpawnOptions, spawn } from 'sexton'

/** Gives children the numbers that our own descriptors will have. */
export async function passClosed() {
  await spawn('true', [], { stdio: 'ignore' }).exited
  const free = Array.from({ length: 8 }, () => openSync('/', 'r'))
  for (const fd of free) closeSync(fd)
  const codes: unknown[] = []
  for (const fd of free) {
    for (const first of ['ignore', 'pipe'] as const) {
      const child = spawn('true', [], { stdio: [first, first, first, fd] })
      codes.push(
        await child.exited.then(
          () => 'started',
          ({ errno }) => errno,
        ),
      )
    }
  }
  return codes
}

export function failEach(all: SpawnOptions[]) {
  const step = ({ code, syscall, errno }: Record<string, unknown>) => [code, syscall, errno]
  return Promise.all(all.map((options) => spawn('true', [], options).exited.catch(step)))
}
