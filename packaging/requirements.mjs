// What an addon asks of the system that loads it, and what it may ask. Read with binutils, which know
// the files of every architecture.

import { spawnSync } from 'node:child_process'

/** The newest glibc that an addon may need: Node's own for version 20. */
export const GLIBC_FLOOR = '2.28'

function read(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
  return stdout
}

/** The version a glibc symbol came with, of those that are undefined: `{ name, version }`. */
function imports(file) {
  const lines = read('objdump', '-T', file).split('\n')
  return lines.flatMap((line) => {
    const [, name] = /\*UND\*.*\s(\S+)$/.exec(line) ?? []
    if (name === undefined) return []
    const [, weak] = /^\S+ (.{7})/.exec(line) ?? []
    const [, version = ''] = /\(?\b(GLIBC\w*_[\w.]+)\)?/.exec(line) ?? []
    return [{ name, version, weak: weak?.includes('w') === true }]
  })
}

function exportsOf(file) {
  const lines = read('objdump', '-T', file).split('\n')
  return new Set(lines.filter((line) => !line.includes('*UND*')).map((line) => line.split(/\s/).at(-1)))
}

const numeric = (a, b) => a.localeCompare(b, 'en', { numeric: true })

/** What a Linux addon needs: the libraries, the newest glibc, and functions of others. */
export function requirementsOf(file) {
  const symbols = imports(file)
  const versions = symbols.map(({ version }) => /^GLIBC_(.+)/.exec(version)?.[1])
  return {
    libraries: [...read('readelf', '-d', file).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name),
    glibc: versions.filter(Boolean).sort(numeric).at(-1),
    symbols,
  }
}

/** What is wrong with a Linux addon, in words; nothing, if it may be shipped. */
export function faultsOf(file, { libc, muslLibrary }) {
  const { libraries, glibc, symbols } = requirementsOf(file)
  const faults = libraries
    .filter((name) => name !== (libc === 'musl' ? 'libc.so' : 'libc.so.6'))
    .map((name) => `needs ${name}`)
  if (glibc !== undefined && (libc === 'musl' || numeric(glibc, GLIBC_FLOOR) > 0)) {
    const newest = symbols.filter(({ version }) => version === `GLIBC_${glibc}`)
    faults.push(`needs glibc ${glibc}: ${newest.map(({ name }) => name).join(', ')}`)
  }
  // A function that nobody has would be found missing only when it is called.
  const provided = muslLibrary === undefined ? new Set() : exportsOf(muslLibrary)
  for (const { name, version, weak } of symbols) {
    const known = weak || version !== '' || provided.has(name) || /^(napi|uv)_/.test(name)
    if (!known) faults.push(`calls ${name}, which is neither Node's nor the C library's`)
  }
  return faults
}
