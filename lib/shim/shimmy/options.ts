import { flag, list, text } from '../options.js'

/** The options of shimmy 0.2. */
export const SHIMMY_OPTIONS = {
  'shimmy-pidfile': text('PID file for the shim'),
  'shimmy-log-level': text('off, error, warn, info (the default), debug or trace'),
  'syncpipe-fd': text(
    "Descriptor for the message to the manager; else the environment's _OCI_SYNCPIPE",
  ),
  runtime: text('Path of the OCI runtime'),
  'runtime-arg': list('Argument of the runtime, before its command, any number of times'),
  bundle: text('Location of the OCI bundle'),
  'container-id': text('Identification of the container'),
  'container-pidfile': text("PID file for the container's first process"),
  'container-logfile': text("Log of the container's output"),
  'container-exitfile': text('File for how the container ended'),
  'container-attachfile': text('Socket for clients'),
  stdin: flag('Pass standard input to the container'),
  'stdin-once': flag(
    "Close the container's standard input when the first client has ended its own",
  ),
  help: flag('Print this help', 'h'),
} as const
