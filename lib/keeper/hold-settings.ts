import { isAbsolute } from 'node:path'
import { invalid } from '../base/errors.js'
import type { SpawnOptions } from '../spawn/options.js'
import { encodePlan } from '../spawn/plan.js'
import { prepare } from '../spawn/spawn.js'
import { block, encode } from '../spawn/strings.js'
import { SLOT_NAMES, SLOTS, type Slot } from './hold-frames.js'

/** A program that the keeper of a container starts. */
export interface HeldCommand {
  file: string
  args: readonly string[]
  /** Its environment, working directory and limits. `stdio`, `timeout` and `signal` mean nothing here. */
  options: SpawnOptions
  /** `fds[i]` becomes its descriptor `i`. -1 means `/dev/null`, or above 2 a closed one. Default: `/dev/null`. */
  fds?: readonly number[]
}

/** The plan of a container, for its keeper. All paths are absolute. */
export interface HoldPlan {
  /**
   * The path of the socket at which servers connect. Nothing is there yet: the keeper of an earlier container may be
   * about to remove its own.
   */
  socket: string
  /** The path of the socket at which the runtime hands over a terminal. Default: the container has none. */
  console?: string | undefined
  /** The name by which other programs show the keeper, at most 15 bytes. Default: `sexton-keeper`. */
  name?: string | undefined
  /** The program that makes the container and exits. */
  runtime: HeldCommand
  /** The file into which the runtime writes the pid of the container's first process. */
  pidfile: string
  /** The program by which the manager cleans up. The keeper starts it, after everything else. */
  exitCommand?: HeldCommand | undefined
  /** Milliseconds before that. Default: 0. */
  exitDelay?: number | undefined
  /** The files that get the exit code if no server comes. */
  exitFiles: readonly string[]
  /**
   * The forms of an end without a server. `shimmy`: logs have no marks, and exit files are JSON. `data`, `exit_code`: the
   * manager is told the exit code by this name.
   */
  form?: readonly (keyof typeof FORMS)[]
  /** The logs that get the rest of the output if no server comes, at most 3. */
  logs: readonly string[]
  /** Milliseconds that the end of a container waits for a server. Default: 5000. */
  patience?: number | undefined
  /**
   * Milliseconds for which the keeper then tries again to write files that find no room. Default: 0, it tries once.
   */
  persistence?: number | undefined
  /** Ends of the container's pipes, and the pipe to the manager. The keeper holds copies. */
  held: Partial<Record<'stdin' | 'stdout' | 'stderr' | 'manager', number>>
}

/** The words of the settings, in their order. native/keeper/hold_settings.h has the same list, and says what each means. */
export const HOLD_SETTINGS = [
  ...(['version', 'slots', 'lent', 'hasConsole'] as const),
  ...(['patience', 'persistence', 'delay', 'form'] as const),
  ...(['runtime', 'runtimeBytes', 'command', 'commandBytes', 'pidfile', 'pidfileBytes'] as const),
  ...(['exitFiles', 'exitFilesBytes', 'logs', 'logsBytes', 'sockets', 'socketsBytes'] as const),
] as const

const VERSION = 4
// native/keeper/hold_settings.h says what they mean.
const FORMS = { shimmy: 1, data: 2, exit_code: 4 } as const
const WORD = 4 // bytes
const PATIENCE = 5000
const MOST_LOGS = 3
/** The number of the first descriptor that is in a slot. */
const FIRST = 6

/**
 * Writes what the keeper of a container is told at its start.
 *
 * @param held The descriptors of the slots.
 * @returns The settings, and the descriptors for the keeper from `FIRST` on.
 * @throws {TypeError | RangeError} if an option of a command, a path or a time is not valid.
 */
export function encodeHoldSettings(
  plan: HoldPlan,
  held: Partial<Record<Slot, number>>,
): { sources: number[]; bytes: Uint8Array } {
  if (plan.logs.length > MOST_LOGS) {
    throw new RangeError(invalid('logs', plan.logs, `at most ${MOST_LOGS} paths`))
  }
  const filled = SLOT_NAMES.filter((name) => held[name] !== undefined)
  const sources = filled.map((name) => held[name] as number)
  const lent: number[] = []
  const lend = (fd: number) => (fd < 0 ? fd : FIRST + sources.length + lent.push(fd) - 1)
  const sections = {
    runtime: encodeCommand(plan.runtime, lend),
    command:
      plan.exitCommand === undefined ? new Uint8Array() : encodeCommand(plan.exitCommand, () => -1),
    pidfile: encodePaths('pidfile', [plan.pidfile]),
    exitFiles: encodePaths('exitFiles', plan.exitFiles),
    logs: encodePaths('logs', plan.logs),
    sockets: encodePaths(
      'socket',
      [plan.socket, plan.console].filter((path) => path !== undefined),
    ),
  }
  const numbers = {
    version: VERSION,
    slots: filled.reduce((bits, name) => bits | (1 << SLOTS[name]), 0),
    lent: lent.length,
    hasConsole: plan.console === undefined ? 0 : 1,
    patience: milliseconds('patience', plan.patience ?? PATIENCE),
    persistence: milliseconds('persistence', plan.persistence ?? 0),
    delay: milliseconds('exitDelay', plan.exitDelay ?? 0),
    form: (plan.form ?? []).reduce((bits, form) => bits | FORMS[form], 0),
  }
  return { sources: [...sources, ...lent], bytes: layOut(numbers, sections) }
}

function encodeCommand(
  { file, args, options, fds = [-1, -1, -1] }: HeldCommand,
  number: (fd: number) => number,
): Uint8Array {
  const { strings, asked } = prepare(file, args, options)
  const mapped = Int32Array.from(fds, number)
  const plan = { strings, options: asked, fds: mapped, cgroupFd: undefined, pidfd: false }
  return Uint8Array.from(encodePlan(plan))
}

function encodePaths(name: string, paths: readonly string[]): Uint8Array {
  for (const path of paths) {
    if (!isAbsolute(path)) throw new TypeError(invalid(name, path, 'an absolute path'))
  }
  return block(paths.map((path) => encode(name, path)))
}

function milliseconds(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0 && value < 2 ** 31) return Math.ceil(value)
  throw new RangeError(invalid(name, value, 'milliseconds from 0 to 2147483647'))
}

type SectionName = 'runtime' | 'command' | 'pidfile' | 'exitFiles' | 'logs' | 'sockets'

/** Joins the words and the sections. A plan consists of words, so each section begins at a multiple of a word. */
function layOut(
  numbers: Record<string, number>,
  sections: Record<SectionName, Uint8Array>,
): Uint8Array {
  const parts: Uint8Array[] = []
  const words: Record<string, number> = { ...numbers }
  let at = HOLD_SETTINGS.length * WORD
  for (const [name, bytes] of Object.entries(sections)) {
    words[name] = at
    words[`${name}Bytes`] = bytes.length
    const padding = (WORD - (bytes.length % WORD)) % WORD
    parts.push(bytes, new Uint8Array(padding))
    at += bytes.length + padding
  }
  const header = Uint32Array.from(HOLD_SETTINGS, (name) => words[name] as number)
  return Buffer.concat([new Uint8Array(header.buffer), ...parts])
}
