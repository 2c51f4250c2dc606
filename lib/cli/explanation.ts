import { UsageError } from './usage-error.js'

/** Explains an error: by its message if the user or the system caused it, otherwise by its stack. */
export function explanation(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Compare names, because the loader has its own copies of the program's classes.
  const expected = error instanceof UsageError || error.name === 'SextonError' || 'syscall' in error
  return expected ? error.message : (error.stack ?? error.message)
}
