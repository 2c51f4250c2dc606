import { readFileSync } from 'node:fs'

/** The process id in a file; `undefined` if the runtime has not written it. */
export function pidIn(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return /^[1-9]\d*$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}
