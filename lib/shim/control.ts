import { join } from 'node:path'
import { ControlFifo } from './control-fifo.js'

/** The requests that a shim takes while it serves a container. */
export interface Controls {
  resize(rows: number, columns: number): void
  reopenLogs(): void
}

// Rows and columns beyond this are taken for a mistake, as conmon takes them.
const LARGEST = 1000
const [RESIZE, REOPEN_LOGS] = [1, 2]

/** The FIFOs `ctl` and `winsz` in a container's folder. Lines that make no sense are ignored. */
export class Control {
  readonly #ctl: ControlFifo
  readonly #winsz: ControlFifo

  constructor(folder: string) {
    this.#ctl = new ControlFifo(join(folder, 'ctl'))
    this.#winsz = new ControlFifo(join(folder, 'winsz'))
  }

  /** Obeys until `close()`. */
  async serve(controls: Controls): Promise<void> {
    await Promise.all([this.#serveCtl(controls), this.#serveWinsz(controls)])
  }

  close(): void {
    this.#ctl.close()
    this.#winsz.close()
  }

  async #serveCtl(controls: Controls): Promise<void> {
    for await (const line of this.#ctl) {
      const [kind, rows, columns] = numbersIn(line, 3)
      if (kind === RESIZE) resize(controls, rows, columns)
      if (kind === REOPEN_LOGS) controls.reopenLogs()
    }
  }

  async #serveWinsz(controls: Controls): Promise<void> {
    for await (const line of this.#winsz) {
      const [rows, columns] = numbersIn(line, 2)
      resize(controls, rows, columns)
    }
  }
}

function resize(controls: Controls, rows = -1, columns = -1): void {
  const isSize = (value: number) => value >= 0 && value <= LARGEST
  if (isSize(rows) && isSize(columns)) controls.resize(rows, columns)
}

/** The first numbers of a line; none if it begins otherwise. */
function numbersIn(line: string, count: number): number[] {
  const words = line.trim().split(/\s+/).slice(0, count)
  return words.length === count && words.every((word) => /^[+-]?\d+$/.test(word))
    ? words.map(Number)
    : []
}
