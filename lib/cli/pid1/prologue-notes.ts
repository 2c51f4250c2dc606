import { splitAtNul } from './nul-separated.js'

/** What the shell prologue (lib/cli/prologue.sh) has noted of the world before Node. */
export interface Captured {
  /** `/proc/self/status` and `/proc/self/limits` of a program that the shell ran. */
  notes: string
  /** The whole environment, or `undefined` if it could not be read or was too long. */
  environment: Buffer[] | undefined
}

/** Splits the notes from the environment, which is base64 with a full stop behind it if it is whole. */
export function parseCaptured(text: string): Captured {
  const [, notes = '', whole] = /^([^=]*)=\n?(?:([\s\S]*)\.)?/.exec(text) ?? []
  return {
    notes,
    environment: whole === undefined ? undefined : splitAtNul(Buffer.from(whole, 'base64')),
  }
}

// The prologue renames the variables that must not act on pid1's own Node, and adds two.
const KEPT = 'sexton_kept_'
const ADDED: ReadonlySet<string> = new Set(['sexton_env', 'OPENSSL_CONF'])

/** A variable of pid1's Node as the prologue found it: one entry, or none if the prologue added it. */
export function restored(entry: Buffer): Buffer[] {
  const name = entry.toString('latin1', 0, entry.indexOf('='))
  if (ADDED.has(name)) return []
  return [name.startsWith(KEPT) ? entry.subarray(KEPT.length) : entry]
}
