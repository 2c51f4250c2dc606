import { createRequire } from 'node:module'

const { resolve } = createRequire(new URL('../test/peers/package.json', import.meta.url))

/** Imports a library that sexton is compared with, at the version of test/peers. */
export const peer = (name) => import(resolve(name))
