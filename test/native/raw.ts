import { readdirSync, readFileSync } from 'node:fs'
import { encodePlan, type PlanOptions, type SpawnStrings } from '../../lib/spawn/plan.js'
import { binding, P_PID } from '../../lib/system/binding.js'
import { eventually } from '../eventually.js'

export const CLD_EXITED = 1
export const CLD_KILLED = 2

/** One record of the native `wait`, as far as the tests look at it. */
export interface WaitRecord {
  pid: number
  cause: number
  status: number
  userCPUTime: number
  maxRSS: number
}

/** Strings as the binding takes them: each followed by a NUL. */
export function block(...strings: (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(strings.flatMap((string) => [Buffer.from(string), Buffer.of(0)]))
}

const inherited = block(...Object.entries(process.env).map(([name, value]) => `${name}=${value}`))

/** A plan, besides its arguments. */
export interface Spec extends Omit<PlanOptions, 'rlimits'>, Partial<Omit<SpawnStrings, 'argv'>> {
  rlimits?: readonly number[]
  fds?: Int32Array
  cgroupFd?: number
  pidfd?: boolean
}

/** The plan of a spawn; its file is `argv[0]` too. */
export function planOf(argv: readonly (string | Uint8Array)[], spec: Spec = {}): Uint8Array {
  const { files = block(argv[0] ?? ''), env = inherited, naming = false, cwd } = spec
  return encodePlan({
    strings: { files, argv: block(...argv), env, naming, cwd },
    options: { ...spec, rlimits: Float64Array.from(spec.rlimits ?? []) },
    fds: spec.fds ?? Int32Array.of(-1, -1, -1),
    cgroupFd: spec.cgroupFd,
    pidfd: spec.pidfd ?? true,
  })
}

/** The native `spawn`: the child, or the errno and the step that failed. */
export function spawnRaw(argv: readonly (string | Uint8Array)[], spec: Spec = {}) {
  const result = new Int32Array(5)
  binding.spawn(planOf(argv, spec), result)
  const [pid, pidfd, errno, step] = result as unknown as [number, number, number, number]
  return { pid, pidfd, errno, step: binding.spawnSteps[step] ?? String(step) }
}

/** Runs a shell script; it must be able to. */
export function spawnShell(script: string, spec: Spec = {}) {
  const born = spawnRaw(['/bin/sh', '-c', script], spec)
  if (born.pid <= 0) throw new Error(`it could not be started: ${born.step} ${born.errno}`)
  return born
}

/** The native `wait`, for one record at most. */
export function wait(type: number, id: number, flags = 0): WaitRecord | number {
  const fields = new Float64Array(binding.waitFields)
  const count = binding.wait(type, id, flags, fields)
  return count > 0 ? (recordsOf(fields, 1)[0] as WaitRecord) : count
}

export function recordsOf(fields: Float64Array, count: number): WaitRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const [pid, cause, status, userCPUTime, , maxRSS] = fields.subarray(i * binding.waitFields)
    return { pid, cause, status, userCPUTime, maxRSS } as WaitRecord
  })
}

/** Waits for the end of a child and takes its status. */
export async function reap(pid: number): Promise<WaitRecord> {
  let found: WaitRecord | number = 0
  await eventually(() => {
    found = wait(P_PID, pid)
    if (found === 0) throw new Error(`child ${pid} has not ended`)
  })
  if (typeof found === 'number') throw new Error(`wait for ${pid}: errno ${-found}`)
  return found
}

/** Waits until a process is dead and not reaped. */
export async function untilZombie(pid: number): Promise<void> {
  await eventually(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    if (!stat.includes(') Z ')) throw new Error(`${pid} lives: ${stat}`)
  })
}

/** The descriptors of this process by number, without the one that this look needs. */
export function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').slice(0, -1)
}

/** A line of `/proc/<pid>/status` that is a mask of signals. */
export function signalMask(name: 'SigBlk' | 'SigIgn' | 'SigCgt', text: string): bigint {
  const match = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(text)
  return BigInt(`0x${match?.[1]}`)
}

/** Whether a signal is in a mask of this process. */
export function has(name: 'SigBlk' | 'SigIgn' | 'SigCgt', signal: number): boolean {
  const mask = signalMask(name, readFileSync('/proc/self/status', 'utf8'))
  return ((mask >> BigInt(signal - 1)) & 1n) === 1n
}
