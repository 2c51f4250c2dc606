// The platforms that prebuilt addons are made for, and how a Linux compiler is brought to make each.
// The compilers are Debian's, which are named by what they make: the same names on x64 and arm64.

import { spawnSync } from 'node:child_process'

const ARCHITECTURES = { x64: 'x86_64', arm64: 'aarch64' }

/** The folder of musl's headers or library for an architecture, from Debian's `musl-dev`. */
const musl = (kind, machine) => `/usr/${kind}/${machine}-linux-musl`

/** The folders of the compiler's own headers, without those of its C library. */
function ownHeaders(compiler) {
  const { stderr, error } = spawnSync(compiler, ['-xc++', '-E', '-v', '/dev/null'], {
    encoding: 'utf8',
  })
  if (error) throw new Error(`${compiler} cannot be run: prebuilds/README.md says what to install`)
  const [, list = ''] = /search starts here:\n(.*)End of search list/s.exec(stderr) ?? []
  return list.split('\n').filter((folder) => /\/c\+\+\/|\/\d+\/include$/.test(folder))
}

function muslFlags(compiler, machine) {
  const headers = [...ownHeaders(compiler), musl('include', machine)].map((folder) => folder.trim())
  return {
    CXXFLAGS: [
      '-nostdinc',
      ...headers.map((folder) => `-isystem ${folder}`),
      // Else arm64 asks the C library's start-up code, which is not linked, what the CPU can do.
      ...(machine === 'aarch64' ? ['-mno-outline-atomics'] : []),
    ],
    LDFLAGS: ['-nostdlib', `-L${musl('lib', machine)}`, '-Wl,--no-as-needed', '-lc'],
  }
}

function linux(arch, libc) {
  const machine = ARCHITECTURES[arch]
  const compiler = `${machine}-linux-gnu-g++`
  return {
    platform: 'linux',
    arch,
    libc,
    stripper: `${machine}-linux-gnu-strip`,
    environment(folder) {
      const { CXXFLAGS, LDFLAGS } =
        libc === 'musl' ? muslFlags(compiler, machine) : { CXXFLAGS: [], LDFLAGS: [] }
      CXXFLAGS.push(`-include ${folder}/native/platform/libc_floor.h`)
      return {
        CC: compiler.replace('g++', 'gcc'),
        CXX: compiler,
        CXXFLAGS: CXXFLAGS.join(' '),
        LDFLAGS: LDFLAGS.join(' '),
      }
    },
    muslLibrary: libc === 'musl' ? `${musl('lib', machine)}/libc.so` : undefined,
  }
}

// Xcode's compiler makes both from either.
const darwin = (arch) => ({ platform: 'darwin', arch, environment: () => ({}) })

/**
 * By name, as they are given to `npm run prebuild`.
 * @type {Record<string, {
 *   platform: string,
 *   arch: string,
 *   libc?: string,
 *   stripper?: string,
 *   muslLibrary?: string | undefined,
 *   environment(folder: string): Record<string, string>,
 * }>}
 */
export const targets = {
  'linux-x64-glibc': linux('x64', 'glibc'),
  'linux-arm64-glibc': linux('arm64', 'glibc'),
  'linux-x64-musl': linux('x64', 'musl'),
  'linux-arm64-musl': linux('arm64', 'musl'),
  'darwin-x64': darwin('x64'),
  'darwin-arm64': darwin('arm64'),
}

/**
 * Where a target's addon lies, in prebuilds/: as prebuildify names it, and node-gyp-build looks for it.
 * @param {{ platform: string, arch: string, libc?: string | undefined }} target
 */
export function fileOf({ platform, arch, libc }) {
  return `${platform}-${arch}/${['sexton', libc, 'node'].filter(Boolean).join('.')}`
}

/** The names of those that a machine of this platform can make. */
export function targetsOf(platform) {
  return Object.keys(targets).filter((name) => targets[name].platform === platform)
}
