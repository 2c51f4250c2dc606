import { attempt, SextonError } from '../base/errors.js'
import { readOwnFile } from '../system/proc.js'

/**
 * Returns the arguments of this program as the original bytes, without Node's own arguments. Node decodes
 * `process.argv` as UTF-8, which loses other bytes.
 */
export function rawArguments(): Buffer[] {
  const decoded = process.argv.slice(2)
  const raw = readCommandLine()?.slice(-decoded.length)
  return decoded.map((word, i) => {
    // A process title (NODE_OPTIONS=--title=…) may have overwritten the bytes. Use them only if they match.
    const bytes = raw?.[i]
    return bytes !== undefined && bytes.toString() === word ? bytes : Buffer.from(word)
  })
}

// Returns `undefined` without /proc: then the arguments that Node decoded have to do.
function readCommandLine(): Buffer[] | undefined {
  const line = attempt(() => readOwnFile('cmdline'))
  return line instanceof SextonError ? undefined : splitAtNul(line)
}

/** Splits a block of strings, each followed by a NUL. The last NUL may be missing. */
export function splitAtNul(bytes: Buffer): Buffer[] {
  const strings: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start)
    strings.push(bytes.subarray(start, end < 0 ? bytes.length : end))
    start = end < 0 ? bytes.length : end + 1
  }
  return strings
}
