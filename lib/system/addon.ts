import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { SextonError } from '../base/errors.js'
import { compileCommand } from './compile-command.js'
import { packageRoot } from './package-root.js'

const require = createRequire(import.meta.url)

/** Loads the addon: the one compiled on this machine, or else the prebuilt one for this platform. */
export function loadAddon(): unknown {
  refuseOtherRuntimes()
  // node-gyp-build prefers this file too, but its search takes longer than loading the addon.
  const built = `${packageRoot}build/Release/sexton.node`
  if (existsSync(built)) return loadFile(built)
  const { path } = require('node-gyp-build') as { path(root: string): string }
  let file: string
  try {
    file = path(packageRoot)
  } catch (cause) {
    throw unsupported(`sexton has no addon for ${here()}: ${prebuilt()}`, { cause })
  }
  return loadFile(file)
}

// Bun and Deno would load the addon. Then the first spawn aborts Bun, which lacks uv_poll_init, and the first
// exit crashes Deno.
function refuseOtherRuntimes(): void {
  const { bun, deno } = process.versions as { bun?: string; deno?: string }
  if (bun === undefined && deno === undefined) return
  const runtime = bun === undefined ? `Deno ${deno}` : `Bun ${bun}`
  throw new SextonError(
    'ERR_UNSUPPORTED',
    `sexton needs Node.js: ${runtime} lacks libuv's event loop`,
  )
}

function loadFile(file: string): unknown {
  try {
    return require(file)
  } catch (cause) {
    const { message } = cause as Error
    const problem = `sexton's addon does not load on ${here()}: ${message}`
    // The package manager shows Node the files of an archive, but not the system, which loads addons.
    if (message.endsWith(': Not a directory')) throw archived(problem, { path: file, cause })
    // node-gyp-build assumes glibc on every system except Alpine.
    const other = process.platform === 'linux' && file.includes('/prebuilds/')
    const hint = other ? '\nTo choose the C library, set LIBC=musl or LIBC=glibc.' : ''
    throw unsupported(`${problem}${hint}`, { path: file, cause })
  }
}

function unsupported(problem: string, details: { path?: string; cause: unknown }): SextonError {
  const advice = `To compile the addon, which needs Python, make and a C++17 compiler:
  ${compileCommand()}`
  return new SextonError('ERR_UNSUPPORTED', `${problem}\n${advice}`, details)
}

function archived(problem: string, details: { path: string; cause: unknown }): SextonError {
  const advice = 'Unpack the package, which lies in an archive: yarn unplug sexton'
  return new SextonError('ERR_UNSUPPORTED', `${problem}\n${advice}`, details)
}

/** Names this platform, for example `linux-x64 (musl)`. */
function here(): string {
  const platform = `${process.platform}-${process.arch}`
  if (process.platform !== 'linux') return platform
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  const glibc = header.glibcVersionRuntime
  return `${platform} (${glibc === undefined ? 'musl' : `glibc ${glibc}`})`
}

/** Describes the addons that came with the package. */
function prebuilt(): string {
  const files = namesIn(`${packageRoot}prebuilds`).flatMap((platform) =>
    namesIn(`${packageRoot}prebuilds/${platform}`).map((file) => {
      const libc = /\.(glibc|musl)\./.exec(file)?.[1]
      return libc === undefined ? platform : `${platform} (${libc})`
    }),
  )
  if (files.length === 0) return 'the package came without prebuilt addons'
  return `the package came with ${files.sort().join(', ')}`
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
