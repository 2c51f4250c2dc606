import { pageSize } from './page-size.js'
import { readProcessFile } from './proc.js'
import { unlessHidden } from './proc-access.js'
import type { ProcessStat } from './proc-formats.js'

// Pages below which the kernel is asked to count anew. It counts in each processor, and adds a counter up when that has
// some dozen pages, so a small process may have a sum of 0. Counting its few pages takes microseconds.
const FEW = 256

/**
 * Reads the resident memory of a process, in bytes. Memory that it shares with others counts in full.
 *
 * The sum in `/proc/<pid>/stat` lacks what the counters of the processors hold. That of `statm` has it since Linux 6.16.
 * Before, or without the right to trace a small process, the result may be some dozen pages per processor too low.
 */
export function residentMemory({ pid, rss }: Pick<ProcessStat, 'pid' | 'rss'>): number {
  const statm = unlessHidden(() => readProcessFile(pid, 'statm'))
  const [size = 0, resident = rss] = (statm ?? '').split(' ', 2).filter(Boolean).map(Number)
  const sum = resident * pageSize()
  // A zombie and a kernel thread have no memory at all.
  return size > 0 && resident < FEW ? (countedMemory(pid) ?? sum) : sum
}

// proc_pid_smaps_rollup(5), since Linux 4.14.
function countedMemory(pid: number): number | undefined {
  const text = unlessHidden(() => readProcessFile(pid, 'smaps_rollup'))
  const kilobytes = /^Rss:\s+(\d+) kB$/m.exec(text ?? '')?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}
