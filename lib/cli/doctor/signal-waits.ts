import { endianness } from 'node:os'
import { readDescriptors, readMemory, readTaskFile, readTasks } from '../../system/proc.js'
import { unlessUnsupported } from '../../system/proc-access.js'

/** The wait that a thread is in: for signals, for any child, another one, or an unknown one. */
export type Wait =
  | {
      for: 'signals'
      /** The awaited signals, bit n - 1 for signal n; `undefined` if they could not be read. */
      set: bigint | undefined
    }
  | { for: 'children' | 'other' | 'unknown' }

interface Calls {
  sigtimedwait: number
  wait4: number
  waitid: number
}

// The numbers of system calls, which differ by architecture. A 32-bit program uses other numbers, and is recognised
// by a stack below 4 GiB. The names in wchan are the same everywhere.
const CALLS: Readonly<Partial<Record<NodeJS.Architecture, Calls>>> = {
  x64: { sigtimedwait: 128, wait4: 61, waitid: 247 },
  arm64: { sigtimedwait: 137, wait4: 260, waitid: 95 },
}

const STACK = 6
const P_ALL = 0n
const SIGNAL_SET_BYTES = 8

/** Reads the wait of each thread of a process, by thread id. */
export function readWaits(pid: number): Map<number, Wait> {
  return new Map((readTasks(pid) ?? []).map((tid) => [tid, readWait(pid, tid)]))
}

function readWait(pid: number, tid: number): Wait {
  const seen = (name: string) => unlessUnsupported(() => readTaskFile(pid, tid, name))
  const wait = parseWait(seen('syscall'), seen('wchan'))
  if (wait.for !== 'signals') return wait
  return { for: 'signals', set: wait.at === undefined ? undefined : readSet(pid, wait.at) }
}

/**
 * Combines `/proc/<pid>/syscall` and `/proc/<pid>/wchan`. Only a user who may trace the process can read the first.
 * The second names a function of the kernel, or `0` for other users.
 */
export function parseWait(
  syscall: string | undefined,
  wchan: string | undefined,
  calls: Calls | undefined = CALLS[process.arch],
): { for: 'signals'; at?: bigint } | { for: 'children' | 'other' | 'unknown' } {
  const [first = '', ...words] = (syscall ?? '').trim().split(' ')
  const argument = (index: number) => BigInt(words[index] || '0')
  const call = Number(first)
  const isKnown = calls !== undefined && /^\d+$/.test(first) && argument(STACK) >= 2n ** 32n
  if (isKnown) {
    if (call === calls.sigtimedwait) return { for: 'signals', at: argument(0) }
    // wait4(2) takes an int, so the upper half of the argument may hold anything.
    const anyChild = call === calls.wait4 && BigInt.asIntN(32, argument(0)) === -1n
    if (anyChild || (call === calls.waitid && BigInt.asUintN(32, argument(0)) === P_ALL)) {
      return { for: 'children' }
    }
  }
  const place = (wchan ?? '').trim()
  if (place.includes('sigtimedwait')) return { for: 'signals' }
  if (place !== '' && place !== '0') return { for: 'other' }
  return { for: isKnown || first === 'running' ? 'other' : 'unknown' }
}

/**
 * Reads the union of the signals of a process's signalfds. It is empty if this user may not see its descriptors: a
 * signal that a signalfd takes then counts as blocked, which is never wrong by itself.
 */
export function readSignalfds(pid: number): bigint {
  const descriptors = unlessUnsupported(() => readDescriptors(pid)) ?? []
  return descriptors.map(parseSignalfd).reduce((all, one) => all | one, 0n)
}

/** Parses the mask in the `fdinfo` of a signalfd (proc_pid_fdinfo(5)); 0 for every other descriptor. */
export function parseSignalfd(text: string): bigint {
  return BigInt(`0x${/^sigmask:\t([0-9a-f]+)$/m.exec(text)?.[1] ?? 0}`)
}

// Reads a signal set of the kernel: 64 bits in the byte order of the machine. Returns `undefined` if this user may not
// trace the process, or if the wait has ended and the memory is gone.
function readSet(pid: number, address: bigint): bigint | undefined {
  const bytes = unlessUnsupported(() => readMemory(pid, address, SIGNAL_SET_BYTES))
  if (bytes === undefined || bytes.length < SIGNAL_SET_BYTES) return undefined
  return endianness() === 'LE' ? bytes.readBigUInt64LE() : bytes.readBigUInt64BE()
}
