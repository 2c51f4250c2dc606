import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './package-root.js'

/** The command that compiles the addon and the keeper where they are missing. */
export function compileCommand(): string {
  // A package has no binding.gyp in its own folder: npm would compile every package that has one.
  const folder = join(packageRoot, existsSync(`${packageRoot}binding.gyp`) ? '.' : 'native')
  return `npx node-gyp rebuild --directory '${folder}'`
}
