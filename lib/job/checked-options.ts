import { invalid } from '../base/errors.js'
import { checkOptionNames } from '../base/option-names.js'
import { checkOptions } from '../spawn/checked-options.js'
import type { SpawnOptions } from '../spawn/options.js'
import type { Stdio } from '../spawn/stdio.js'
import { encodeDirectory } from '../spawn/strings.js'
import { checkInput, type Input } from './input.js'
import { preferLocalPrograms } from './local-programs.js'
import {
  ADVICE,
  MEMBER_ADVICE,
  MEMBER_NAMES,
  PIPELINE_ADVICE,
  PIPELINE_NAMES,
  RUN_NAMES,
} from './option-names.js'
import type { MemberOptions, PipelineOptions, RunOptions } from './options.js'
import type { Overflow } from './output-buffer.js'
import { type Encoding, LONGEST_TEXT } from './text.js'

const MAX_BUFFER = 100_000_000

/** How to collect output. */
export interface CheckedOutput {
  encoding: Encoding
  lines: boolean
  stripFinalNewline: boolean
  maxBuffer: number
  overflow: Overflow
}

/** The checked options that a command and a pipeline share. */
export interface CheckedCommand extends CheckedOutput {
  stdio: readonly Stdio[]
  input: Input | undefined
  unreadInput: 'ignore' | 'error'
  reject: boolean
  spawn: Omit<SpawnOptions, 'stdio'>
}

/** The options of `run()` in the form in which they are used. */
export interface CheckedRun extends CheckedCommand {
  all: boolean
}

/** The options of `pipeline()` in the form in which they are used. */
export interface CheckedPipeline extends CheckedCommand {
  pipefail: boolean
}

/** Checks the options of `run()` that `spawn()` does not know. `spawn()` checks the others. */
export function checkRunOptions(options: RunOptions): CheckedRun {
  for (const _ in options) return checkRun(options)
  defaults ??= checkRun({})
  return defaults
}

// Most commands are run without options, and checking them takes a hundredth of a short run.
let defaults: CheckedRun | undefined

function checkRun(options: RunOptions): CheckedRun {
  checkOptionNames('run()', options, RUN_NAMES, ADVICE)
  const { all, ...others } = options
  const checked = { ...checkShared(others), all: checkFlag('all', all, false) }
  const [, out, err] = checked.stdio
  if (checked.all && (out !== 'pipe' || err !== 'pipe')) {
    throw new TypeError("all needs two outputs: expected stdio: ['ignore', 'pipe', 'pipe']")
  }
  return checked
}

/** Checks the options of `pipeline()` that `spawn()` does not know. */
export function checkPipelineOptions(options: PipelineOptions): CheckedPipeline {
  checkOptionNames('pipeline()', options, PIPELINE_NAMES, PIPELINE_ADVICE)
  const { pipefail, ...others } = options
  const checked = { ...checkShared(others), pipefail: checkFlag('pipefail', pipefail, true) }
  if (checked.stdio.length > 3) {
    throw new TypeError(invalid('stdio.length', checked.stdio.length, 'at most 3 in a pipeline'))
  }
  return checked
}

/** Checks the options of a command in a pipeline. */
export function checkMember(options: MemberOptions): Omit<SpawnOptions, 'stdio'> {
  checkOptionNames('a command of pipeline()', options, MEMBER_NAMES, MEMBER_ADVICE)
  const { preferLocal, ...spawn } = options
  return withLocalPrograms(spawn, preferLocal)
}

function checkShared({
  stdio,
  encoding = 'utf8',
  lines,
  stripFinalNewline,
  maxBuffer,
  overflow = 'error',
  input,
  unreadInput = 'ignore',
  reject,
  preferLocal,
  ...spawn
}: Omit<RunOptions, 'all'>): CheckedCommand {
  checkInput(input)
  checkChoice('encoding', encoding, ['utf8', 'buffer'])
  checkChoice('overflow', overflow, ['error', 'truncate-head', 'truncate-tail'])
  checkChoice('unreadInput', unreadInput, ['ignore', 'error'])
  if (lines === true && encoding === 'buffer') {
    throw new TypeError("lines excludes encoding: 'buffer': lines are text")
  }
  const longest = encoding === 'utf8' ? LONGEST_TEXT : Number.POSITIVE_INFINITY
  return {
    stdio: checkStdio(stdio, input),
    encoding,
    lines: checkFlag('lines', lines, false),
    stripFinalNewline: checkFlag('stripFinalNewline', stripFinalNewline, encoding === 'utf8'),
    maxBuffer: Math.min(checkMaxBuffer(maxBuffer), longest),
    overflow,
    input,
    unreadInput,
    reject: checkFlag('reject', reject, true),
    spawn: withLocalPrograms(spawn, preferLocal),
  }
}

function withLocalPrograms<T extends Omit<SpawnOptions, 'stdio'>>(
  spawn: T,
  preferLocal: unknown,
): T {
  if (preferLocal === undefined || preferLocal === false) return spawn
  if (preferLocal !== true && typeof preferLocal !== 'string') {
    throw new TypeError(invalid('preferLocal', preferLocal, 'true, false or a directory'))
  }
  checkOptions(spawn)
  encodeDirectory(spawn.cwd)
  return { ...spawn, env: preferLocalPrograms(spawn, preferLocal) }
}

function checkStdio(stdio: RunOptions['stdio'], input: unknown): readonly Stdio[] {
  const given = Array.isArray(stdio) ? stdio : stdio === undefined ? [] : [stdio, stdio, stdio]
  const list = given.map(checkKind)
  if (input !== undefined && list.length > 0 && list[0] !== 'pipe') {
    throw new TypeError(invalid('stdio[0]', list[0], "'pipe', because of input"))
  }
  return [...list, ...(['ignore', 'pipe', 'pipe'] as const).slice(list.length)]
}

// `run()` itself makes the pipes: 'readable' at 1 and 2, and 'writable' at 0, are what 'pipe' is there.
function checkKind(kind: Stdio, index: number): Stdio {
  if (kind !== 'readable' && kind !== 'writable' && (kind !== 'pipe' || index < 3)) return kind
  const what = `stdio[${index}]`
  if (index > 2) {
    throw new TypeError(`${invalid(what, kind, 'no pipe beyond descriptor 2')}
Use spawn(), or an end of pipe().`)
  }
  if ((kind === 'writable') === (index === 0)) return 'pipe'
  throw new TypeError(invalid(what, kind, "'pipe', in the other direction"))
}

function checkFlag(name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise
  if (typeof value === 'boolean') return value
  throw new TypeError(invalid(name, value, 'true or false'))
}

function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return
  const expected = choices.map((choice) => `'${choice}'`).join(' or ')
  throw new TypeError(invalid(name, value, expected))
}

function checkMaxBuffer(value: unknown = MAX_BUFFER): number {
  const expected = 'bytes, 0 or more, or Infinity'
  if (typeof value !== 'number') throw new TypeError(invalid('maxBuffer', value, expected))
  if (value >= 0 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)) return value
  throw new RangeError(invalid('maxBuffer', value, expected))
}
