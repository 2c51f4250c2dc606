import { UsageError } from './usage-error.js'

/** What a program says of an error: of the user's and the system's the message, of a fault of its own where. */
export function explanation(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // By its name: the loader's classes are not those of the program that it loads.
  const expected = error instanceof UsageError || error.name === 'SextonError' || 'syscall' in error
  return expected ? error.message : (error.stack ?? error.message)
}
