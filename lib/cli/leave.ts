import { binding } from '../system/binding.js'

/**
 * Exits at once. Node's own exit takes longer, and it gives signals their default action first, so that a signal in that
 * time would change how this process ends. A coverage run needs Node's own exit, which writes the counts.
 */
export function leave(code: number): never {
  if (process.env.NODE_V8_COVERAGE !== undefined) process.exit(code)
  binding.exitNow(code)
}
