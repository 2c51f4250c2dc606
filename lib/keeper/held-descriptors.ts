import { closeDescriptor } from '../system/descriptors.js'
import { SLOT_NAMES, type Slot } from './hold-frames.js'

/** A server's copies of the descriptors that a container's keeper holds. */
export class HeldDescriptors {
  /** With a terminal, `stdin` and `stdout` are it. */
  readonly streams: Record<'stdin' | 'stdout' | 'stderr', number | undefined> = {
    stdin: undefined,
    stdout: undefined,
    stderr: undefined,
  }
  readonly #fds: Partial<Record<Slot, number>> = {}

  get(slot: Slot): number | undefined {
    return this.#fds[slot]
  }

  /** Takes descriptors over. */
  take(fds: Partial<Record<Slot, number>>): void {
    Object.assign(this.#fds, fds)
    const { stdin, stdout, stderr, terminal } = this.#fds
    Object.assign(this.streams, { stdin: terminal ?? stdin, stdout: terminal ?? stdout, stderr })
  }

  close(slot: Slot): void {
    const fd = this.#fds[slot]
    if (fd === undefined) return
    closeDescriptor(fd)
    this.take({ [slot]: undefined })
  }

  closeAll(): void {
    for (const slot of SLOT_NAMES) this.close(slot)
  }
}
