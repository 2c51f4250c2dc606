import { splitAtNul } from './nul-separated.js'

/** What the shell prologue (lib/cli/prologue.sh) has written down of its world. */
export interface Captured {
  /** The soft limit of descriptors, as the shell says it. */
  limit: string
  /** The whole environment, or `undefined` if it could not be read or was too long. */
  environment: Buffer[] | undefined
}

/** First the limit, then the environment, base64 and a full stop behind what was read to its end. */
export function parseCaptured(text: string): Captured {
  const [, limit = '', whole] = /^(\w*)(?:\n([\s\S]*)\.)?$/.exec(text) ?? []
  return {
    limit,
    environment: whole === undefined ? undefined : splitAtNul(Buffer.from(whole, 'base64')),
  }
}

// As the prologue has named what it adds, and what it keeps from this Node: options and slow certificates
// are the command's matter; and a channel to a parent is the command's: two that read from it would each
// miss what the other got.
const NAMES: ReadonlyMap<string, string | undefined> = new Map([
  ['sexton_env', undefined],
  ['sexton_options', 'NODE_OPTIONS'],
  ['sexton_certs', 'NODE_EXTRA_CA_CERTS'],
  ['sexton_channel', 'NODE_CHANNEL_FD'],
])

/** A variable of this Node's as the prologue found it, or none. */
export function restored(entry: Buffer): Buffer[] {
  const equals = entry.indexOf('=')
  const name = entry.toString('latin1', 0, equals)
  if (!NAMES.has(name)) return [entry]
  const before = NAMES.get(name)
  const value = entry.subarray(equals)
  return before === undefined || value.length < 2
    ? []
    : [Buffer.concat([Buffer.from(before), value])]
}
