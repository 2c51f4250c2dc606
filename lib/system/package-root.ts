import { fileURLToPath } from 'node:url'

// Bundled, this code is in dist/core.cjs. Otherwise it is in a room of lib/ or dist/, one folder deeper. No file is
// looked for, because a user who may run the package need not be permitted to look into its folder.
const depth = /\/system\/package-root\.[jt]s$/.test(import.meta.url) ? '../..' : '..'

/** The package's folder, with a slash at its end. */
export const packageRoot = fileURLToPath(new URL(`${depth}/`, import.meta.url))
