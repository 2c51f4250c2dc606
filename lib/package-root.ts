import { fileURLToPath } from 'node:url'

/** The package's folder, one level up both from dist/ and from lib/, which tests load directly. */
export const packageRoot = fileURLToPath(new URL('..', import.meta.url))
