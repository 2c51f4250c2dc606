import { writeFileSync } from 'node:fs'
import { Server } from '../shim/serve/server.js'
import { Syslog } from '../shim/syslog.js'
import { explanation } from './explanation.js'

/** The word by which a front starts this program as a server. */
export const SERVE = '--serve'

const LISTENER = 3

/**
 * Hosts the shims of containers. native/front/server.cc starts it, with a socket that listens, and a file whose lock says
 * that a server is there.
 *
 * @param words The path of the socket, and `once` if the server ends with its last container.
 */
export async function runServer([path = '', lifetime]: readonly string[]): Promise<number> {
  const syslog = new Syslog('sexton-shim')
  const complain = (error: unknown) => syslog.write('error', explanation(error))
  // The loader's listener would end all shims.
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', complain)
  try {
    writeFileSync('/proc/self/comm', 'sexton-shim')
  } catch {}
  await new Server({ listener: LISTENER, path, isTemporary: lifetime === 'once', complain }).run()
  return 0
}
