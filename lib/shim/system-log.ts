import { writeSync } from 'node:fs'
import type { MessageLevel, Writer } from './own-log.js'
import { type Severity, Syslog } from './syslog.js'

// Characters of a container's name in a message.
const LONGEST_NAME = 20

/** Writes the shim's messages to syslog in conmon's form. */
export function conmonSyslog(cid: string, socket?: string): Writer {
  const syslog = new Syslog('conmon', socket)
  const kinds = { error: 'error', warn: 'nwarn', info: 'ninfo', debug: 'ndebug', trace: 'ntrace' }
  const write: Writer = (level, text) => {
    // conmon tells all that is no error as information.
    const severity = level === 'error' ? 'error' : 'info'
    syslog.write(severity, `conmon ${cid.slice(0, LONGEST_NAME)} <${kinds[level]}>: ${text}`)
  }
  write.close = () => syslog.close()
  return write
}

const SEVERITIES: Readonly<Record<MessageLevel, Severity>> = {
  error: 'error',
  warn: 'warning',
  info: 'info',
  debug: 'debug',
  trace: 'debug',
}

/** Writes the shim's messages to syslog in shimmy's form. */
export function shimmySyslog(socket?: string): Writer {
  const syslog = new Syslog(`shimmy[${process.pid}]`, socket)
  const write: Writer = (level, text) => syslog.write(SEVERITIES[level], `[shim] ${text}`)
  write.close = () => syslog.close()
  return write
}

/** Writes the shim's messages to its standard error in conmon's form: it is in the foreground. */
export function conmonStderr(): Writer {
  return (level, text) => {
    try {
      writeSync(2, `[conmon:${level[0]}]: ${text}\n`)
    } catch {} // the reader is gone
  }
}
