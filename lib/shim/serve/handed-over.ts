import { closeDescriptor } from '../../system/descriptors.js'

/** The descriptors that a front has handed over, by the numbers that they have for the manager. */
export class HandedOver {
  readonly #fds: Map<number, number>

  constructor(fds: Iterable<readonly [number: number, fd: number]>) {
    this.#fds = new Map(fds)
  }

  get(number: number): number | undefined {
    return this.#fds.get(number)
  }

  /** Closes one, unless that was done before. */
  close(fd: number): void {
    if (this.forget(fd)) closeDescriptor(fd)
  }

  /** Leaves one to another owner. Whether it was here. */
  forget(fd: number | undefined): boolean {
    for (const [number, own] of this.#fds) if (own === fd) return this.#fds.delete(number)
    return false
  }

  closeAllBut(...kept: readonly (number | undefined)[]): void {
    for (const fd of [...this.#fds.values()]) if (!kept.includes(fd)) this.close(fd)
  }
}
