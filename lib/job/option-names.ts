import type { OptionAdvice, OptionNames } from '../base/option-names.js'
import { ADVICE as SPAWN_ADVICE, OPTION_NAMES as SPAWN_NAMES } from '../spawn/option-names.js'
import type { JobOptions, MemberOptions, PipelineOptions, RunOptions } from './options.js'

const COMMAND_NAMES = {
  input: true,
  unreadInput: true,
  encoding: true,
  lines: true,
  stripFinalNewline: true,
  maxBuffer: true,
  overflow: true,
  reject: true,
  preferLocal: true,
} as const

export const RUN_NAMES: OptionNames<RunOptions> = { ...SPAWN_NAMES, ...COMMAND_NAMES, all: true }

const { foreground: _terminal, session: _session, processGroup: _group, ...ofJob } = RUN_NAMES

export const JOB_NAMES: OptionNames<JobOptions> = {
  ...ofJob,
  idleTimeout: true,
  leftovers: true,
  keep: true,
  isolation: true,
  limits: true,
}

const { argv0, foreground, ...ofAll } = SPAWN_NAMES

export const PIPELINE_NAMES: OptionNames<PipelineOptions> = {
  ...ofAll,
  ...COMMAND_NAMES,
  pipefail: true,
}

const { stdio, timeout, signal, ...ofOne } = SPAWN_NAMES

export const MEMBER_NAMES: OptionNames<MemberOptions> = { ...ofOne, preferLocal: true }

const SHELL = "Use run('/bin/sh', ['-c', command])."
const NODE = 'Use run(process.execPath, [...options, script]).'

/** Advice for options of child_process, execa and others that `run()` spells differently. */
export const ADVICE: OptionAdvice = {
  ...SPAWN_ADVICE,
  buffer: 'Use for await (const line of run(…)), which keeps nothing.',
  delimiter: 'Use lines: true, or split stdout.',
  inputFile: 'Use input: { file: path }.',
  localDir: 'Use preferLocal: directory.',
  killDescendants: 'Leave it out: run() ends the command alone.',
  lazy: 'Leave it out: a command starts at once.',
  node: NODE,
  // In tinyexec, these are the options of child_process.spawn(). In execa, they are those of the program `node`.
  nodeOptions: `Give cwd, env and the like by themselves. ${NODE}`,
  nodePath: NODE,
  nothrow: 'Use reject: false.',
  onExit: 'Await the promise.',
  persist: 'Use spawn().',
  postfix: SHELL,
  prefix: SHELL,
  shell: SHELL,
  sync: 'Use await.',
  throwOnError: 'Use reject.',
}

const OF_ONE = 'Give it to one command: command(file, args, options).'
const NO_ALL = 'Leave it out: a pipeline collects the standard error of each command.'

/** Advice for options that a pipeline does not have. */
export const PIPELINE_ADVICE: OptionAdvice = {
  ...ADVICE,
  ...{ all: NO_ALL, argv0: OF_ONE, foreground: OF_ONE },
}

const OF_ALL = 'Give it to pipeline(), for all commands.'

/** Advice for options that only the whole pipeline has. */
export const MEMBER_ADVICE: OptionAdvice = {
  ...ADVICE,
  ...Object.fromEntries(Object.keys(COMMAND_NAMES).map((name) => [name, OF_ALL])),
  ...{ stdio: OF_ALL, timeout: OF_ALL, signal: OF_ALL, all: NO_ALL },
}

const OWN_SESSION = 'Leave it out: the command of a job leads a session of its own.'

const OF_JOB = Object.entries(ADVICE).map(([name, text]) => [name, text.replace('run(', 'runJob(')])

/** Advice for options that a job does not have. */
export const JOB_ADVICE: OptionAdvice = {
  ...Object.fromEntries(OF_JOB),
  ...{ detached: OWN_SESSION, foreground: OWN_SESSION },
  ...{ session: OWN_SESSION, processGroup: OWN_SESSION },
  cleanup: 'Leave it out: a job ends with this process.',
  killDescendants: 'Leave it out: a job ends everything that its command has started.',
  persist: "Use leftovers: 'keep', or keep.",
}
