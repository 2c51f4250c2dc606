import type { OptionAdvice, OptionNames } from '../base/option-names.js'
import type { SpawnOptions } from './options.js'

export const OPTION_NAMES: OptionNames<SpawnOptions> = {
  stdio: true,
  cwd: true,
  env: true,
  cleanEnv: true,
  argv0: true,
  uid: true,
  gid: true,
  groups: true,
  umask: true,
  session: true,
  processGroup: true,
  foreground: true,
  deathSignal: true,
  ignoredSignals: true,
  blockedSignals: true,
  listenPid: true,
  rlimits: true,
  cgroup: true,
  signal: true,
  timeout: true,
  killSignal: true,
  grace: true,
}

const NO_WINDOWS = 'Leave it out: sexton does not run on Windows.'
const STDIO = "Use stdio, for example ['ignore', 'pipe', 'inherit']."

/** Advice for options of child_process, execa and Bun. */
export const ADVICE: OptionAdvice = {
  detached: 'Use session: true.',
  shell: "Use spawn('/bin/sh', ['-c', command]).",
  input: 'Use child.stdin.end(input).',
  encoding: 'Use child.stdout.setEncoding(encoding).',
  maxBuffer: 'Count the bytes that you read from child.stdout.',
  serialization: 'Leave it out: only child_process.fork() has a message channel.',
  windowsHide: NO_WINDOWS,
  windowsVerbatimArguments: NO_WINDOWS,
  stdin: STDIO,
  stdout: STDIO,
  stderr: STDIO,
  extendEnv: 'Leave it out: env adds to the environment. For extendEnv: false, use cleanEnv: true.',
  cancelSignal: 'Use signal.',
  forceKillAfterDelay: 'Use grace.',
  onExit: 'Await child.exited.',
}
