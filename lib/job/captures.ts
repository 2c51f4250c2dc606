import type { Stdio } from '../spawn/stdio.js'
import type { CheckedRun } from './checked-options.js'
import type { Execution } from './execution.js'
import type { Capture } from './outputs.js'

/** The outputs of a command that are collected. */
export interface Captures {
  stdout?: Capture | undefined
  stderr?: Capture | undefined
  /** Both outputs, in one pipe. */
  all?: Capture | undefined
}

/** The descriptors of a command, and what is collected of them. */
export interface CapturedStdio {
  stdio: Stdio[]
  captures: Captures
  /** The output that a `for await` loop reads. */
  streamed: Capture | undefined
  /** Begins to write the input, when the command has started. */
  feed: () => void
}

/** Creates the pipes of a command. */
export function captureOutputs(options: CheckedRun, execution: Execution): CapturedStdio {
  const [, out, err, ...beyond] = options.stdio
  const stdout = out === 'pipe' ? execution.capture() : undefined
  const stderr = err === 'pipe' && !options.all ? execution.capture() : undefined
  const { stdin, feed } = execution.inputOf(options)
  const ends = [stdout?.end ?? out, (options.all ? stdout : stderr)?.end ?? err] as Stdio[]
  return {
    stdio: [stdin, ...ends, ...beyond],
    captures: options.all ? { all: stdout } : { stdout, stderr },
    streamed: stdout,
    feed,
  }
}
