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
const SHELL = "Use spawn('/bin/sh', ['-c', command])."
const MESSAGES = 'Leave it out: only child_process.fork() has a message channel.'
const NODE = 'Use spawn(process.execPath, [...options, script]).'
const OUTPUT = 'Use run(), which collects output.'
const PRINT = 'Leave it out: sexton prints nothing.'

/** Advice for options of child_process, execa, tinyexec, nano-spawn, zx, Bun and Deno. */
export const ADVICE: OptionAdvice = {
  detached: 'Use session: true.',
  shell: SHELL,
  prefix: SHELL,
  postfix: SHELL,
  input: 'Use child.stdin.end(input), or run().',
  inputFile: 'Use stdio: [{ file: path }].',
  ipcInput: MESSAGES,
  ipc: MESSAGES,
  serialization: MESSAGES,
  onDisconnect: MESSAGES,
  gracefulCancel: 'Use signal, which sends killSignal, and SIGKILL after grace.',
  encoding: 'Use child.stdout.setEncoding(encoding), or run().',
  lines: OUTPUT,
  all: OUTPUT,
  buffer: OUTPUT,
  stripFinalNewline: OUTPUT,
  delimiter: OUTPUT,
  maxBuffer: 'Use run(), or count the bytes that you read from child.stdout.',
  overflow: OUTPUT,
  reject: 'Use run(). The exited of spawn() resolves for any exit code.',
  nothrow: 'Leave it out: exited resolves for any exit code.',
  throwOnError: 'Use run(), whose promise rejects.',
  preferLocal: 'Use run(), or a file with its path.',
  localDir: 'Use run() with preferLocal: directory.',
  node: NODE,
  nodePath: NODE,
  nodeOptions: NODE,
  verbose: PRINT,
  quiet: PRINT,
  log: PRINT,
  windowsHide: NO_WINDOWS,
  windowsVerbatimArguments: NO_WINDOWS,
  windowsRawArguments: NO_WINDOWS,
  stdin: STDIO,
  stdout: STDIO,
  stderr: STDIO,
  args: 'Give the arguments as a list, before the options.',
  terminal: 'Leave it out: sexton makes no terminal. node-pty does.',
  extendEnv: 'Use cleanEnv: true for extendEnv: false.',
  clearEnv: 'Use cleanEnv.',
  cancelSignal: 'Use signal.',
  timeoutSignal: 'Use killSignal.',
  forceKillAfterDelay: 'Use grace.',
  cleanup: "Use deathSignal: 'SIGKILL', which ends the child with the thread that started it.",
  killDescendants: 'Leave it out: spawn() ends the child alone.',
  persist: 'Use child.pid without awaiting child.exited.',
  sync: 'Use await child.exited.',
  lazy: 'Leave it out: a pipe is read when its stream is first used.',
  onExit: 'Await child.exited.',
}
