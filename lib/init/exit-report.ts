import { commandLine } from '../base/command-line.js'
import { isUtf8 } from '../base/environment.js'
import { attempt, SextonError } from '../base/errors.js'
import { printable } from '../base/printable.js'
import { monotonicNow } from '../base/time.js'
import { survivorLines } from '../exit/survivor-lines.js'
import type { Survivor } from '../exit/survivors.js'
import { binding } from '../system/binding.js'
import { readCommandLine } from '../system/proc.js'
import { shortName } from '../system/proc-formats.js'
import type { LeftMessage } from './channels.js'

const STDERR = 2
// Milliseconds of waiting after which the exit says whom it waits for. Most exits take less, and stay silent.
const SILENCE = 1000
// Milliseconds for which a message waits for room in a pipe. Without room it is lost, so that the exit goes on.
const PATIENCE = 1000

/** Tells of the descendants that an exit ends: whom it waits for, and what has become of each. */
export class ExitReport {
  readonly #began = monotonicNow()
  readonly #commands = new Map<Survivor, readonly string[]>()
  #hasTold = false

  /** Reads the command lines of survivors, which are gone when a survivor has ended. */
  note(survivors: readonly Survivor[]): void {
    for (const survivor of survivors) {
      const words = wordsOf(survivor)
      // A survivor that is exiting has none any more. One between its fork and its exec has those of its parent.
      if (words.length > 0) this.#commands.set(survivor, words)
    }
  }

  /** After a second, and once, says whom the exit waits for. `killAt` is the monotonic time of the KILL. */
  sayWait(list: () => readonly Survivor[], killAt: number): void {
    const now = monotonicNow()
    if (this.#hasTold || now - this.#began < SILENCE) return
    this.#hasTold = true
    const [first, ...others] = list()
    if (first !== undefined) write([waitLine(first, wordsOf(first), others.length, killAt - now)])
  }

  /** Lists what has become of the survivors. */
  sayEnd(survivors: readonly LeftMessage[]): void {
    if (survivors.length === 0) return
    const count = survivors.length === 1 ? '1 process was' : `${survivors.length} processes were`
    write([`${count} left at exit:`, ...survivorLines(survivors, isUtf8(process.env))])
  }

  /** Describes a survivor, for a report or a listener. */
  describe(survivor: Survivor): LeftMessage {
    const { pid, ppid, name, outcome, reason } = survivor
    const [file, ...args] = this.#commands.get(survivor) ?? []
    const command = file === undefined ? '' : commandLine(file, args)
    return { pid, ppid, name, command, outcome, ...(reason !== undefined && { reason }) }
  }
}

// The name, and not the command line: this line is written without being asked for, and arguments may be secrets.
function waitLine(
  { pid, name }: Survivor,
  words: readonly string[],
  others: number,
  untilKill: number,
): string {
  const whom = `${printable(shortName(name, words), isUtf8(process.env))} (pid ${pid})`
  const more = others === 0 ? '' : ` and ${others} more`
  return `waiting for ${whom}${more} to exit${prospect(untilKill)}`
}

function prospect(untilKill: number): string {
  if (untilKill === Number.POSITIVE_INFINITY) return ''
  return untilKill > 0 ? `; KILL follows in ${(untilKill / 1000).toFixed(1)} s` : ' after KILL'
}

function wordsOf({ pid }: Survivor): readonly string[] {
  const words = attempt(() => readCommandLine(pid))
  return words instanceof SextonError ? [] : words
}

// By the descriptor: no stream writes any more at exit, and a stream would block on a pipe that nobody reads.
function write([heading, ...lines]: readonly string[]): void {
  const text = [`sexton/init: ${heading}`, ...lines, ''].join('\n')
  binding.writeFromBackground(STDERR, Buffer.from(text), PATIENCE)
}
