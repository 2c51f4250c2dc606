import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { readCommandLine, readPids, readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { temporaryFolder } from '../system/folder.js'
import type { Shim } from './shims.js'

/** A socket at which no server is, and at which none outlives the test. */
export function freePlace(): string {
  const socket = join(temporaryFolder(), 'socket')
  onTestFinished(() => eventually(() => expect(existsSync(socket)).toBe(false), 20_000))
  return socket
}

/** The server at a socket that a front has started; `undefined` if there is none. */
export function serverAt(socket: string): number | undefined {
  return readPids().find((pid) => {
    const words = readCommandLine(pid)
    return words.includes('--serve') && words.includes(socket)
  })
}

/** The server that has started the keeper of a container. */
export function serverOf(shim: Shim): number {
  return readStat(shim.pid('conmon.pid'))?.ppid as number
}

/** Kills a process, and waits until it is dead. */
export async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await eventually(() => expect(readStat(pid)?.state ?? 'Z').toBe('Z'))
}
