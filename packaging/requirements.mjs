// What an addon asks of the system that loads it, and what it may ask. Read with binutils, which know
// the files of every architecture.

import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

/** The newest glibc that an addon may need: Node's own for version 20. */
export const GLIBC_FLOOR = '2.28'

function read(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
  return stdout
}

/** The symbols that a file exports or leaves undefined, with the version of glibc's that goes with them. */
function symbolsOf(file) {
  // 0000000000000000  w   DF *UND*  0000000000000000 (GLIBC_2.2.5) __cxa_finalize
  return read('objdump', '-T', file)
    .split('\n')
    .filter((line) => /^[0-9a-f]{8}/.test(line))
    .map((line) => ({
      name: line.slice(line.lastIndexOf(' ') + 1),
      undefined: line.includes('*UND*'),
      weak: line.slice(0, 32).includes(' w '),
      version: /[( ](GLIBC\w*_[\w.]+)/.exec(line)?.[1] ?? '',
    }))
}

const numeric = (a, b) => a.localeCompare(b, 'en', { numeric: true })

/** What a Linux addon needs: the libraries, the newest glibc, and functions of others. */
export function requirementsOf(file) {
  const symbols = symbolsOf(file).filter((symbol) => symbol.undefined)
  const versions = symbols.map(({ version }) => /^GLIBC_(.+)/.exec(version)?.[1])
  return {
    libraries: [...read('readelf', '-d', file).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(
      ([, name]) => name,
    ),
    glibc: versions.filter(Boolean).sort(numeric).at(-1),
    symbols,
  }
}

/**
 * What is wrong with a Linux addon, in words; nothing, if it may be shipped.
 * @param {string} file
 * @param {{ libc?: string | undefined, muslLibrary?: string | undefined }} target
 * @returns {string[]}
 */
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
  const library = muslLibrary === undefined ? [] : symbolsOf(muslLibrary)
  const provided = new Set(library.filter((symbol) => !symbol.undefined).map(({ name }) => name))
  for (const { name, version, weak } of symbols) {
    const known = weak || version !== '' || provided.has(name) || /^(napi|uv)_/.test(name)
    if (!known) faults.push(`calls ${name}, which is neither Node's nor the C library's`)
  }
  return faults
}

/** The most bytes of a keeper. One with glibc in it has some 700 000. */
const LARGEST_KEEPER = 100_000

/**
 * What is wrong with a keeper, in words; nothing, if it may be shipped.
 * @param {string} file
 * @param {string} arch
 * @returns {string[]}
 */
export function keeperFaults(file, arch) {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return ['the keeper is missing']
  const header = read('readelf', '-h', file)
  const machine = { x64: 'X86-64', arm64: 'AArch64' }[arch] ?? arch
  return [
    ...((stat.mode & 0o111) === 0o111 ? [] : ['the keeper is not executable by all']),
    ...(stat.size <= LARGEST_KEEPER ? [] : [`the keeper has ${stat.size} bytes`]),
    ...(header.includes(machine) ? [] : [`the keeper is not for ${arch}`]),
    ...(/INTERP|DYNAMIC/.test(read('readelf', '-l', file)) ? ['the keeper is dynamic'] : []),
  ]
}
