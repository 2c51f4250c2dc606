import { attempt, SextonError } from '../../base/errors.js'
import { monotonicNow } from '../../base/time.js'
import type { JobProcess } from '../../job/job-process.js'
import { binding } from '../../system/binding.js'
import { isInForeground } from '../foreground.js'
import { canRedraw, type Target } from '../tree/terminal.js'
import { formatAge, formatMemory } from '../tree/units.js'

// Milliseconds between two drawings, and before the first: a short command gets none.
const INTERVAL = 1000
// Lines of the smallest terminal that has room for another one.
const FEWEST_ROWS = 4
const STDERR = 2

/**
 * The last line of a terminal, which shows how a job is while it runs.
 *
 * The command writes to the same terminal, and its cursor may stand anywhere. So the line is taken out of the region that
 * scrolls (DECSTBM), as apt(8) does it, and the cursor returns to where it was. A job in the background leaves the
 * terminal alone.
 */
export class StatusLine {
  readonly #terminal: Target
  readonly #processes: () => readonly JobProcess[]
  readonly #started = monotonicNow()
  readonly #timer: NodeJS.Timeout
  /** The lines of the terminal when it was drawn; 0 if it is not there. */
  #rows = 0

  /** Shows a line on stderr, if that is a terminal which can. */
  static open(processes: () => readonly JobProcess[]): StatusLine | undefined {
    // `process.stderr` is a stream, which would make a pipe that the command shares non-blocking.
    if (!process.getBuiltinModule('node:tty').isatty(STDERR)) return undefined
    return canRedraw(process.stderr, process.env)
      ? new StatusLine(process.stderr, processes)
      : undefined
  }

  private constructor(terminal: Target, processes: () => readonly JobProcess[]) {
    this.#terminal = terminal
    this.#processes = processes
    this.#timer = setInterval(() => this.#draw(), INTERVAL).unref()
  }

  /** Erases the line, and draws no other one. */
  close(): void {
    clearInterval(this.#timer)
    this.#erase()
  }

  #draw(): void {
    const { rows = 0, columns = 0 } = this.#terminal
    const processes = attempt(this.#processes)
    const isShown = rows >= FEWEST_ROWS && isInForeground() && !(processes instanceof SextonError)
    if (!isShown || rows !== this.#rows) this.#erase()
    if (!isShown) return
    const text = statusText((monotonicNow() - this.#started) / 1000, processes)
    write(drawing(text.slice(0, columns || text.length), rows, this.#rows === 0))
    this.#rows = rows
  }

  #erase(): void {
    if (this.#rows > 0) write(erasing(this.#rows))
    this.#rows = 0
  }
}

/** Formats the line: the seconds since the start, and the number and memory of the processes. */
export function statusText(
  seconds: number,
  processes: readonly Pick<JobProcess, 'memory'>[],
): string {
  const bytes = processes.reduce((sum, { memory }) => sum + memory, 0)
  const count = processes.length === 1 ? '1 process' : `${processes.length} processes`
  return `sexton run: ${formatAge(seconds)}, ${count}, ${formatMemory(bytes)}`
}

const SAVE = '\x1b7'
const RESTORE = '\x1b8'
// Moves the cursor down and up again, in the same column: the text scrolls if the cursor is on the last line.
const MAKE_ROOM = '\x1bD\x1b[A'
const lineAt = (row: number) => `\x1b[${row};1H\x1b[2K`

/** Draws a text on the last line of a terminal. */
export function drawing(text: string, rows: number, isFirst: boolean): string {
  const region = `\x1b[1;${rows - 1}r`
  return `${isFirst ? MAKE_ROOM : ''}${SAVE}${region}${lineAt(rows)}${text}${RESTORE}`
}

/** Gives the last line back. */
export function erasing(rows: number): string {
  return `${SAVE}\x1b[r${lineAt(rows)}${RESTORE}`
}

// Without patience: a terminal that is held (Ctrl-S) must not hold this process.
function write(text: string): void {
  binding.writeFromBackground(STDERR, Buffer.from(text), 0)
}
