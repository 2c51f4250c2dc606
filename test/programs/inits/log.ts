import { expect } from 'vitest'
import { readStat, readTasks } from '../../../lib/system/proc.js'
import { signalName, signalNumber } from '../../../lib/system/signal-names.js'
import { eventually } from '../../eventually.js'
import {
  fixture,
  kill,
  python,
  type Running,
  type Scene,
  type Staging,
  statusField,
} from './scene.js'

export const logger = [python, fixture('log.py')]

/** The signals that the command has been given, by number. */
export function received(running: Running): number[] {
  return [...running.stdout().matchAll(/<(\d+)>/g)].map(([, number]) => Number(number))
}

const short = (number: number) => signalName(number).replace(/^SIG/, '')

/** Runs the log, and waits until it is there. */
export async function startLog(scene: Scene, staging?: Staging): Promise<Running> {
  const running = await scene.start(logger, staging)
  await running.printed(/ready \d+\n/)
  return running
}

/**
 * What the command has got by the time that it gets the last signal of all, which ends it: an init
 * hands on in order what it takes in order.
 */
export async function seen(running: Running): Promise<string> {
  const last = signalNumber('SIGRTMAX')
  kill(running.pid, last)
  await eventually(() => expect(received(running)).toContain(last), 20_000)
  await running.ended
  const names = received(running).slice(0, -1).map(short)
  return names.length === 0 ? 'nothing' : names.join(' ')
}

/** Sends these one after the other, each when the one before has been dealt with, and says what came. */
export async function sendEach(running: Running, numbers: readonly number[]): Promise<string> {
  for (const number of numbers) {
    kill(running.pid, number)
    await taken(running.pid, number)
  }
  return seen(running)
}

/**
 * Waits until a process has taken a signal and done with it what it does: nothing is pending, and no
 * thread runs. Twice in a row, as one thread may wake another that has been looked at already.
 */
export async function taken(pid: number, number: number): Promise<void> {
  let quiet = 0
  await eventually(() => {
    quiet = isPending(pid, number) || !sleeps(pid) ? 0 : quiet + 1
    expect(quiet).toBeGreaterThan(1)
  }, 20_000)
}

function isPending(pid: number, number: number): boolean {
  const masks = ['SigPnd', 'ShdPnd'].map((name) => BigInt(`0x${statusField(pid, name) ?? 0}`))
  return masks.some((mask) => ((mask >> BigInt(number - 1)) & 1n) === 1n)
}

const sleeps = (pid: number) =>
  (readTasks(pid) ?? []).every((thread) => readStat(thread)?.state !== 'R')
