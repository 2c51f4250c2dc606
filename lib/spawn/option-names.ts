import type { OptionAdvice, OptionNames } from '../base/option-names.js'
import type { SpawnOptions } from './options.js'

export const OPTION_NAMES: OptionNames<SpawnOptions> = {
  stdio: true,
  cwd: true,
  env: true,
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

const NO_WINDOWS = 'leave it out: sexton does not run on Windows'
const STDIO = "use stdio, for example ['ignore', 'pipe', 'inherit']"

/** For options of child_process, execa and Bun. */
export const ADVICE: OptionAdvice = {
  detached: 'use session: true',
  shell: "use spawn('/bin/sh', ['-c', command])",
  input: 'write it to child.stdin, and end that',
  encoding: 'call setEncoding() of child.stdout',
  maxBuffer: 'count what you read from child.stdout',
  serialization: 'only child_process.fork() has a message channel',
  windowsHide: NO_WINDOWS,
  windowsVerbatimArguments: NO_WINDOWS,
  stdin: STDIO,
  stdout: STDIO,
  stderr: STDIO,
  extendEnv: "use env: { ...process.env, NAME: 'value' }",
  cancelSignal: 'use signal',
  forceKillAfterDelay: 'use grace',
  onExit: 'await child.exited',
}
