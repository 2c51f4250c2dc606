import { setTimeout as delay } from 'node:timers/promises'
import { ExitStatus } from '../../exit/exit-status.js'
import { binding } from '../../system/binding.js'
import { closeDescriptor } from '../../system/descriptors.js'
import { readStat } from '../../system/proc.js'
import { Pollable } from '../pollable.js'
import type { Orphans } from './orphans.js'

// Milliseconds in which the next parent of a dead container takes its status. An init may look only now and then.
const PATIENCE = 5000

/** A child of a keeper, as this process sees it without the keeper. */
export class KeptProcess {
  readonly #pid: number
  readonly #orphans: Orphans
  readonly #process: Pollable
  /** The status, if this process becomes the parent. */
  readonly #adopted: Promise<ExitStatus>

  /** @returns `undefined` if the process has ended. */
  static open(pid: number, keeper: number, orphans: Orphans): KeptProcess | undefined {
    const fd = binding.pidfdOpen(pid)
    if (fd < 0) return undefined
    // A child of the keeper, or of this process, is the one that is meant, and not a later process with its pid.
    const parent = readStat(pid)?.ppid
    if (parent === keeper || parent === process.pid) return new KeptProcess(pid, fd, orphans)
    closeDescriptor(fd)
    return undefined
  }

  private constructor(pid: number, fd: number, orphans: Orphans) {
    this.#pid = pid
    this.#orphans = orphans
    this.#process = new Pollable(fd)
    this.#adopted = orphans.statusOf(pid)
  }

  signal(signal: number): void {
    binding.pidfdSend(this.#process.fd, signal)
  }

  /**
   * Waits for its end, after its keeper was killed.
   *
   * @returns Its status. `undefined` if another process took it, and the kernel does not show it: before Linux 6.15.
   */
  async end(): Promise<ExitStatus | undefined> {
    await this.#process.readable()
    const timer = new AbortController()
    const late = delay(PATIENCE, undefined, { signal: timer.signal }).catch(() => undefined)
    try {
      const status = await Promise.race([this.#adopted, this.#process.hungUp(), late])
      return status ?? this.#shown() ?? (await Promise.race([this.#adopted, late]))
    } finally {
      timer.abort()
    }
  }

  close(): void {
    this.#orphans.forget(this.#pid)
    this.#process.wake()
    closeDescriptor(this.#process.fd)
  }

  #shown(): ExitStatus | undefined {
    const raw = binding.pidfdExitStatus(this.#process.fd)
    return raw < 0 ? undefined : ExitStatus.fromRaw(this.#pid, raw)
  }
}
