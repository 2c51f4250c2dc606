import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { SextonError } from '../../../lib/base/errors.js'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { patience } from '../../pace.mjs'
import { folder, keeperPath, startJob, useScript } from './instead.js'
import { MARK, marked } from './marked.js'

// Keepers that strace kills at one of their system calls, or whose call it lets fail. The keeper lets nobody trace it,
// so strace has to be there from its first call on. A script takes the keeper's place, and becomes `strace -D`, which
// leaves the keeper as Node's child.

export interface Fault {
  call: string
  /** Which one of these calls, from 1. */
  nth: number
  /** `signal=KILL`, or such as `error=ENOMEM`. */
  what: string
}

function putStraceBefore(...options: string[]): void {
  const words = ['strace', '-D', '-qqq', ...options, keeperPath].map((word) => `'${word}'`)
  useScript(`exec ${words.join(' ')}`)
}

// One process asks for SIGKILL, and one has left the command's session.
const COMMAND = '(setsid sleep 1000 &); (trap "" TERM; exec sleep 1000) & exit 3'
let jobs = 0

function startMarked() {
  jobs += 1
  const mark = `fault-${process.pid}-${process.hrtime.bigint()}-${jobs}`
  process.env[MARK] = mark
  const job = startJob(['/bin/sh', '-c', COMMAND], { grace: 20 })
  delete process.env[MARK]
  return { ...job, mark }
}

// The system calls of a keeper's whole life, and how many of each there are.
async function callsOfKeeper(): Promise<Map<string, number>> {
  const log = join(folder, 'calls')
  putStraceBefore('-o', log)
  await startMarked().keeper.ended
  const counts = new Map<string, number>()
  for (const [, call = ''] of readFileSync(log, 'utf8').matchAll(/^(\w+)\(/gm)) {
    counts.set(call, (counts.get(call) ?? 0) + 1)
  }
  return counts
}

/** Each of `whats` at each system call of a keeper's whole life, but at no more than `most` of one kind. */
export async function faultsOf(whats: readonly string[], most: number): Promise<Fault[]> {
  const calls = [...(await callsOfKeeper())]
  expect(calls.map(([call]) => call)).toContain('waitid')
  const faults = calls.flatMap(([call, count]) =>
    whats.flatMap((what) =>
      Array.from({ length: Math.min(count, most) }, (_, i) => ({ call, nth: i + 1, what })),
    ),
  )
  // strace skips the call, but a close(2) that fails has closed the descriptor.
  return faults.filter(({ call, what }) => call !== 'close' || what.startsWith('signal'))
}

/** Runs a job whose keeper has faults, in strace's words, and gives what was wrong; `undefined` if nothing was. */
export async function problemWith(...injections: string[]): Promise<string | undefined> {
  putStraceBefore('-o', '/dev/null', ...injections.flatMap((each) => ['-e', `inject=${each}`]))
  const { keeper, mark } = startMarked()
  const all = Promise.allSettled([keeper.exited, keeper.started, keeper.ended])
  const settled = await Promise.race([all, late()])
  if (settled === undefined) return 'the promises have not settled'
  if (!(await hasLeft(keeper.pid))) return 'the keeper has not left'
  const [exited, , ended] = settled
  if (ended.status === 'rejected') return `ended: ${ended.reason}`
  const { kept, left, error } = ended.value
  const wrong = error === undefined ? undefined : fault(error, keeper.pid)
  if (wrong !== undefined) return `ended: ${wrong}`
  if (kept !== 0 || left !== 0) return `kept ${kept}, left ${left}`
  const alive = marked(mark)
  if (alive.length > 0) return `still alive: ${alive.join(', ')}`
  return exited.status === 'rejected' ? fault(exited.reason, keeper.pid) : undefined
}

async function hasLeft(pid: number): Promise<boolean> {
  const result = eventually(() => expect(readStat(pid)).toBeUndefined())
  return result.then(
    () => true,
    () => false,
  )
}

async function late(): Promise<undefined> {
  await new Promise((resolve) => setTimeout(resolve, patience(20_000)).unref())
}

// Either the keeper is named, or the call that failed.
function fault(error: unknown, pid: number): string | undefined {
  if (!(error instanceof Error) || error.name !== SextonError.name) return `not typed: ${error}`
  const { code, errno, syscall, pid: whose } = error as SextonError
  if (code === 'ERR_SYSTEM' && whose === pid) return undefined
  const isCoded = ['ERR_UNSUPPORTED', 'ERR_SPAWN_FAILED', 'ERR_SYSTEM'].includes(code)
  const isPermission = code === 'ERR_NOT_PERMITTED'
  if ((isCoded || isPermission) && Number(errno) > 0 && syscall !== undefined) return undefined
  return `not told what failed: ${error}`
}

/** The errors that system calls are let fail with. */
export const ERRORS = ['ENOMEM', 'EMFILE', 'EAGAIN', 'EPERM'].map((error) => `error=${error}`)

/** Runs a job for each fault, some at a time, and gives what was wrong, by fault. */
export async function problemsWith(faults: readonly Fault[]): Promise<string[]> {
  const problems: string[] = []
  const rest = faults[Symbol.iterator]()
  const lane = async () => {
    for (const each of rest) {
      const { call, nth, what } = each
      const problem = await problemWith(`${call}:${what}:when=${nth}`)
      if (problem !== undefined) problems.push(`${call} ${nth} ${what}: ${problem}`)
    }
  }
  await Promise.all(Array.from({ length: 6 }, lane))
  return problems
}
