#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { subreaper } from '../subreaper.js'
import { NoCommandGiven, parseArguments, type Request } from './arguments.js'
import { rawArguments } from './raw-arguments.js'
import { supervise } from './supervise.js'

const USAGE = `Usage: pid1 [options] [--] command [arguments…]

Runs the command as an init does: forwards signals to it, reaps orphaned
processes, and exits as it exits (128+n if signal n ended it).

  -s, --subreaper  adopt orphans although this is not PID 1
  -h, --help       show this help
  -V, --version    show the version

Exit codes of its own: 2 usage, 126 not executable, 127 not found.
`

function warn(text: string): void {
  process.stderr.write(`pid1: ${text}\n`)
}

function readRequest(): Request | undefined {
  try {
    return parseArguments(rawArguments())
  } catch (error) {
    if (!(error instanceof NoCommandGiven || error instanceof RangeError)) throw error
    process.stderr.write(`pid1: ${error.message}\n\n${USAGE}`)
    return undefined
  }
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

async function main(): Promise<number> {
  const request = readRequest()
  if (request === undefined) return 2
  if (request.kind !== 'run') {
    process.stdout.write(request.kind === 'help' ? USAGE : `pid1 (sexton) ${version()}\n`)
    return 0
  }
  if (request.subreaper) subreaper.enable()
  else if (process.pid !== 1 && !subreaper.enabled) {
    warn('not PID 1 and not a subreaper: orphans go to init unseen (-s adopts them)')
  }
  return supervise(request.command, warn)
}

main().then(
  (code) => process.exit(code),
  (error) => {
    warn(error instanceof Error ? (error.stack ?? error.message) : String(error))
    process.exit(1)
  },
)
