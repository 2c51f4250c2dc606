// The platforms that prebuilt addons are made for, and how a Linux compiler is brought to make each.
// The compilers are Debian's, which are named by what they make: the same names on x64 and arm64.

import { muslFolder, muslHeaders } from '../native/keeper/musl.mjs'

const ARCHITECTURES = { x64: 'x86_64', arm64: 'aarch64' }

function muslFlags(compiler, machine) {
  return {
    CXXFLAGS: muslHeaders(compiler, machine),
    LDFLAGS: ['-nostdlib', `-L${muslFolder('lib', machine)}`, '-Wl,--no-as-needed', '-lc'],
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
    muslLibrary: libc === 'musl' ? `${muslFolder('lib', machine)}/libc.so` : undefined,
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

/**
 * Where the keeper for a target lies, in prebuilds/. One serves both C libraries of an architecture, because it is
 * static. Only Linux has one.
 * @param {{ platform: string, arch: string }} target
 */
export function keeperOf({ platform, arch }) {
  return platform === 'linux' ? `${platform}-${arch}/sexton-keeper` : undefined
}

/** The names of those that a machine of this platform can make. */
export function targetsOf(platform) {
  return Object.keys(targets).filter((name) => targets[name].platform === platform)
}
