import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Bundled or not, this code lies at different depths below the folder, in dist/ or in lib/.
function findRoot(): string {
  let folder = new URL('..', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder)
  return fileURLToPath(folder)
}

/** The package's folder, with a slash at its end. */
export const packageRoot = findRoot()
