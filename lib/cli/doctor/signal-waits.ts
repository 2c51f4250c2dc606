import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { endianness } from 'node:os'
import { readTaskFile, readTasks } from '../../system/proc.js'
import { unlessUnsupported } from '../../system/proc-access.js'

/** What a thread sits in: a wait for signals, a wait for any child, neither, or what could not be seen. */
export type Wait =
  | {
      for: 'signals'
      /** The signals that it waits for, bit n - 1 for signal n; `undefined` where they could not be read. */
      set: bigint | undefined
    }
  | { for: 'children' | 'other' | 'unknown' }

interface Calls {
  sigtimedwait: number
  wait4: number
  waitid: number
}

// The numbers of system calls differ by architecture, and a 32-bit program has others: its stack is below 4 GiB.
// wchan names the same function of the kernel for all of them.
const CALLS: Readonly<Partial<Record<NodeJS.Architecture, Calls>>> = {
  x64: { sigtimedwait: 128, wait4: 61, waitid: 247 },
  arm64: { sigtimedwait: 137, wait4: 260, waitid: 95 },
}

const STACK = 6
const P_ALL = 0n
const SIGNAL_SET_BYTES = 8

/** The wait of each thread of a process, by its id. */
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
 * What `/proc/<pid>/syscall` and `/proc/<pid>/wchan` tell together. The first needs the right to trace
 * the process; the second needs less, and names a function of the kernel or, without the right, `0`.
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
    // wait4(2) takes an int: its upper half may hold anything.
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

/** All signals of the signalfds that a process has open; none of those that could not be read. */
export function readSignalfds(pid: number): bigint {
  const folder = `/proc/${pid}/fdinfo`
  return list(folder)
    .map((fd) => parseSignalfd(read(`${folder}/${fd}`) ?? ''))
    .reduce((all, one) => all | one, 0n)
}

/** The mask of a signalfd's `fdinfo` (proc_pid_fdinfo(5)); 0 for every other descriptor's. */
export function parseSignalfd(text: string): bigint {
  return BigInt(`0x${/^sigmask:\t([0-9a-f]+)$/m.exec(text)?.[1] ?? 0}`)
}

// The kernel's signal set: 64 bits in the order of the machine.
function readSet(pid: number, address: bigint): bigint | undefined {
  const bytes = Buffer.alloc(SIGNAL_SET_BYTES)
  let fd: number | undefined
  try {
    fd = openSync(`/proc/${pid}/mem`, 'r')
    if (readSync(fd, bytes, 0, bytes.length, address) < bytes.length) return undefined
    return endianness() === 'LE' ? bytes.readBigUInt64LE() : bytes.readBigUInt64BE()
  } catch {
    return undefined // it may not be traced, or it has gone on
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
