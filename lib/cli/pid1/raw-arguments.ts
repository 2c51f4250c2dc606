import { attempt, SextonError } from '../../base/errors.js'
import { readOwnFile } from '../../system/proc.js'
import { splitAtNul } from './nul-separated.js'

/**
 * The arguments of this program as the bytes they were given as: Node has decoded `process.argv` as
 * UTF-8, which loses all that is none. Node's own arguments come first and are left out.
 */
export function rawArguments(): Buffer[] {
  const decoded = process.argv.slice(2)
  const raw = readCommandLine()?.slice(-decoded.length)
  return decoded.map((word, i) => {
    // A process title (NODE_OPTIONS=--title=…) is written over these bytes: believe only what fits.
    const bytes = raw?.[i]
    return bytes !== undefined && bytes.toString() === word ? bytes : Buffer.from(word)
  })
}

// Without /proc what Node has decoded is all there is.
function readCommandLine(): Buffer[] | undefined {
  const line = attempt(() => readOwnFile('cmdline'))
  return line instanceof SextonError ? undefined : splitAtNul(line)
}
