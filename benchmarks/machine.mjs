import { execFileSync } from 'node:child_process'
import os from 'node:os'
import { withPrograms } from './programs.mjs'

/** What kind of machine the figures are from, and how busy it is with other things. */
export async function machine() {
  const nanoseconds = await withPrograms(['call.c'], ({ call }) => Number(execFileSync(call)))
  return {
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    processor: os.cpus()[0]?.model ?? 'unknown processor',
    cores: `${os.availableParallelism()} cores`,
    node: `Node ${process.version}`,
    call: `${(nanoseconds / 1e3).toFixed(2)} µs for a system call`,
    load: `load ${os.loadavg()[0].toFixed(2)} at the start`,
  }
}
