// Where Debian's `musl-dev` has the headers and the library of musl, for a compiler that was made for glibc.

import { spawnSync } from 'node:child_process'

/** The folder of musl's headers or library for an architecture such as `x86_64`. */
export const muslFolder = (kind, machine) => `/usr/${kind}/${machine}-linux-musl`

/**
 * The flags by which a compiler finds its own headers and musl's, and no others.
 * @param {string} compiler
 * @param {string} machine
 * @returns {string[]}
 */
export function muslHeaders(compiler, machine) {
  const { stderr, error } = spawnSync(compiler, ['-xc++', '-E', '-v', '/dev/null'], {
    encoding: 'utf8',
  })
  if (error) throw new Error(`${compiler} cannot be run: prebuilds/README.md says what to install`)
  const [, list = ''] = /search starts here:\n(.*)End of search list/s.exec(stderr) ?? []
  const own = list.split('\n').filter((folder) => /\/c\+\+\/|\/\d+\/include$/.test(folder))
  return [
    '-nostdinc',
    ...[...own, muslFolder('include', machine)].map((folder) => `-isystem ${folder.trim()}`),
    // Else arm64 asks the C library's start-up code, which is not linked, what the CPU can do.
    ...(machine === 'aarch64' ? ['-mno-outline-atomics'] : []),
  ]
}
