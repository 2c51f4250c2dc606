import { readSync } from 'node:fs'
import { Pollable } from './pollable.js'

/** Waits until a manager lets an exec session begin. Without a pipe it may begin at once. */
export async function awaitStart(fd: number | undefined): Promise<void> {
  if (fd === undefined) return
  await new Pollable(fd).readable()
  readStart(fd)
}

/** Reads one byte and no more: the manager may have a second one for the start of an exec session. */
export function readStart(fd: number): void {
  readSync(fd, Buffer.alloc(1), 0, 1, null)
}
