import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Searches upwards: this code lies at different depths in lib/, in dist/ and in a bundle.
function findRoot(): string {
  let folder = new URL('..', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder)
  return fileURLToPath(folder)
}

/** The path of the package's folder, with a final slash. */
export const packageRoot = findRoot()
