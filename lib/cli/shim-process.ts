import { writeFileSync, writeSync } from 'node:fs'
import type { Contract } from '../shim/contract.js'
import { writeWhole } from '../shim/exit-files.js'
import { Machine } from '../shim/machine.js'
import { Service } from '../shim/service.js'
import type { Settings } from '../shim/settings.js'
import { ThisProcess } from '../shim/this-process.js'
import { explanation } from './explanation.js'

// The parts that the programs of both contracts share.

/** Writes without Node's streams: they would make the descriptor non-blocking, for the manager too, which shares it. */
export function print(text: string, fd = 1): number {
  try {
    writeSync(fd, text)
  } catch {} // the reader is gone
  return 0
}

/** Writes the pid of the shim to where the manager wants it. */
export function writePid(settings: Settings, pid: number): void {
  const path = settings['conmon-pidfile']
  if (path !== undefined) writeWhole(path, String(pid))
}

/**
 * Drives a container's life to its end. If it cannot begin, the manager is told.
 *
 * @param name The name by which `ps` and `pgrep` show the shim, as managers know it.
 * @returns The exit code of this process.
 */
export async function serve(settings: Settings, name: string, contract: Contract): Promise<number> {
  writeName(name)
  try {
    const holder = new ThisProcess(settings)
    const service = new Service(settings, holder, contract)
    // The loader's listener would end the shim, and with it the container's output.
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => service.complain(error))
    return await new Machine({ settings, holder, service, contract }).run()
  } catch (error) {
    contract.reports.tellFailure({ text: explanation(error) })
    throw error
  }
}

function writeName(name: string): void {
  try {
    writeFileSync('/proc/self/comm', name)
  } catch {}
}
