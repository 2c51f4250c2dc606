import { attempt, SextonError } from '../../base/errors.js'
import { contentType, exposition } from '../../metrics/exposition.js'
import { pass } from '../../metrics/pass.js'
import { shutdown } from '../../signals/shutdown.js'
import { requireProc } from '../../system/proc-access.js'
import { print } from '../output.js'
import { version } from '../version.js'
import { ADDRESS, PORT, parseArguments } from './arguments.js'
import { host } from './host.js'
import { type Page, PageServer } from './server.js'

const USAGE = `Usage: sexton exporter [options]

Serves to Prometheus what /proc shows of this machine or container: processes by
state, zombies and the names of the parents that keep them, orphans, and keepers
of sexton. The page is /metrics. It reads /proc once for each scrape, and once
for those at the same time. TERM ends it when running scrapes are answered.

  --address ADDRESS  the IP address to listen on (default: ${ADDRESS})
  --port PORT        the port to listen on (default: ${PORT}); 0: a free one
  -h, --help         show this help
  -V, --version      show the version

Names of parents are in the page, so choose who may read it.

Exit codes: 0 ended by a signal, 1 it cannot listen or read /proc, 2 usage error.

Examples:
  sexton exporter
  sexton exporter --address 0.0.0.0 --port 9999
  curl http://${ADDRESS}:${PORT}/metrics
`

/** Runs `sexton exporter`. A signal ends it, so the promise resolves only if it serves nothing. */
export async function exporter(words: readonly string[]): Promise<number> {
  const request = parseArguments(words)
  if (request.kind !== 'serve') {
    await print(request.kind === 'help' ? USAGE : `sexton ${version()}\n`)
    return 0
  }
  const lack = attempt(requireProc)
  if (lack instanceof SextonError) {
    throw new SextonError(lack.code, `exporter: ${lack.message}`, { cause: lack })
  }
  const server = await PageServer.listen(request, scrape)
  shutdown(() => server.close())
  await print(`sexton exporter: ${server.url}\n`)
  return new Promise(() => {})
}

async function scrape(): Promise<Page> {
  return { type: contentType, text: exposition(host(await pass())) }
}
