import { readFileSync } from 'node:fs'
import { packageRoot } from '../system/package-root.js'

/** Reads the version of the package. */
export function version(): string {
  const text = readFileSync(`${packageRoot}package.json`, 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
