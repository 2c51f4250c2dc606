import { closeSync, openSync } from 'node:fs'
import { Refusal } from '../refusal.js'

// A container takes some fifteen, and those that are there need some for exit files and clients.
const LEAST = 32

/** The error for a front, if its container would find no free descriptor. */
export const NO_DESCRIPTORS =
  'the server has no free descriptors for another container (RLIMIT_NOFILE)'

/** Opens a descriptor that means nothing. @returns `undefined` if none is free. */
export function openSpare(): number | undefined {
  try {
    return openSync('/dev/null', 'r')
  } catch {
    return undefined
  }
}

/**
 * Looks whether there are descriptors for one more container, and some for the others.
 *
 * @throws {Refusal} if there are not.
 */
export function checkFreeDescriptors(): void {
  const spares = Array.from({ length: LEAST }, openSpare)
  for (const fd of spares) if (fd !== undefined) closeSync(fd)
  if (spares.includes(undefined)) throw new Refusal(NO_DESCRIPTORS)
}
