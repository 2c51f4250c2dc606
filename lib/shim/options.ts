/** How an option is written: alone, with a value, with an integer, or any number of times with values. */
export type OptionKind = 'flag' | 'text' | 'number' | 'list'

export interface Option<K extends OptionKind = OptionKind> {
  kind: K
  short?: string
  help: string
}

export type OptionTable = Readonly<Record<string, Option>>

export const flag = (help: string, short?: string) => option('flag', help, short)
export const text = (help: string, short?: string) => option('text', help, short)
const number = (help: string, short?: string) => option('number', help, short)
export const list = (help: string, short?: string) => option('list', help, short)

function option<K extends OptionKind>(kind: K, help: string, short?: string): Option<K> {
  return short === undefined ? { kind, help } : { kind, help, short }
}

/** The options of conmon, versions 2.1 and 2.2. `arguments.ts` parses by this table, and `help.ts` prints it. */
export const OPTIONS = {
  'api-version': flag('Conmon API version to use: 1 if given, else 0'),
  bundle: text('Location of the OCI bundle', 'b'),
  cid: text('Identification of the container', 'c'),
  'conmon-pidfile': text('PID file for the shim', 'P'),
  'container-pidfile': text("PID file for the container's first process", 'p'),
  cuuid: text('Container UUID', 'u'),
  exec: flag('Exec a command in a running container', 'e'),
  'exec-attach': flag('Attach to an exec session'),
  'exec-process-spec': text('Path to the process spec for exec'),
  'exit-command': text('Program to run when the container has ended'),
  'exit-command-arg': list('Argument of the exit command, any number of times'),
  'exit-delay': number('Seconds to wait before the exit command'),
  'exit-dir': text('Folder for the exit files'),
  'full-attach': flag('Create the attach socket in the bundle; ignore --socket-dir-path'),
  'leave-stdin-open': flag('Leave stdin open when an attached client disconnects'),
  'log-allowlist-dir': list('Allow logs in this folder only'),
  'log-global-size-max': number('Maximum size of all that is logged, in bytes'),
  'log-label': list('Label for the journald log driver'),
  'log-level': text('error, fatal, panic, warn, info, debug or trace'),
  'log-max-files': number('How many rotated log files to keep'),
  'log-path': list(
    'Log: a path, k8s-file:PATH, journald, none or passthrough, any number of times',
    'l',
  ),
  'log-rotate': flag('Rotate the log at --log-size-max, instead of emptying it'),
  'log-size-max': number('Maximum size of the log file, in bytes'),
  'log-tag': text('Tag for the journald log driver'),
  name: text('Container name', 'n'),
  'no-container-partial-message': flag('Has no effect without the journald log driver'),
  'no-new-keyring': flag('Do not create a new session keyring for the container'),
  'no-pivot': flag('Do not use pivot_root'),
  'no-sync-log': flag('Do not sync the log when the container has ended'),
  'persist-dir': text('Folder for data of the container that outlives it', '0'),
  'replace-listen-pid': flag("Set LISTEN_PID to the OCI runtime's pid"),
  restore: text('Restore a container from a checkpoint'),
  runtime: text('Path of the OCI runtime', 'r'),
  'runtime-arg': list('Argument of the runtime, before its command'),
  'runtime-opt': list('Argument of the runtime, after its command'),
  'sdnotify-socket': text('Socket of the host, to which sd-notify messages are passed on'),
  'seccomp-notify-plugins': text('Plugins for seccomp notifications (not built)'),
  'seccomp-notify-socket': text('Socket for seccomp notifications (not built)'),
  'socket-dir-path': text('Folder for links to the attach sockets'),
  stdin: flag('Pass standard input to the container', 'i'),
  sync: flag('Stay in the foreground until the container has ended'),
  syslog: flag('Write messages of the shim to syslog'),
  'systemd-cgroup': flag('Let systemd manage the cgroup', 's'),
  terminal: flag('Give the container a terminal', 't'),
  timeout: number('Seconds after which the container is killed', 'T'),
  version: flag('Print the version'),
  help: flag('Print this help', 'h'),
} as const

type ValueOf<K extends OptionKind> = {
  flag: boolean
  text: string | undefined
  number: number | undefined
  list: readonly string[]
}[K]

/** The value of each option of a table. A flag that was not given is `false`, and a list is empty. */
export type ValuesOf<T extends OptionTable> = { [Name in keyof T]: ValueOf<T[Name]['kind']> }
export type Values = ValuesOf<typeof OPTIONS>
