// Makes the addons and keepers that are shipped, in prebuilds/, and refuses one that would not work everywhere.
//
//   npm run prebuild [-- TARGET…]      default: all that this platform's compilers make

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { faultsOf, keeperFaults, requirementsOf } from './requirements.mjs'
import { fileOf, keeperOf, targets, targetsOf } from './targets.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const prebuildify = join(root, 'node_modules', 'prebuildify', 'bin.js')

// The oldest Node that is supported: a newer one's headers may offer what it has not.
const HEADERS = '20.19.0'

/** The headers that came with this Node, if they did; else node-gyp downloads them. */
function headers() {
  const folder = dirname(dirname(process.execPath))
  return existsSync(join(folder, 'include', 'node', 'common.gypi'))
    ? { npm_config_nodedir: folder }
    : {}
}

/** Builds in a copy, as prebuildify takes the addon out of the build folder that it finds. */
function build(target) {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-prebuild-'))
  try {
    for (const name of ['binding.gyp', 'native', 'package.json'])
      cpSync(join(root, name), join(folder, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const options = ['-t', HEADERS, '--napi', '--strip', '--cwd', folder, '--out', root]
    const platform = ['--platform', target.platform, '--arch', target.arch]
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [prebuildify, ...options, ...platform, ...(target.libc ? ['--tag-libc', target.libc] : [])],
      {
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
        env: {
          ...process.env,
          JOBS: '2',
          ...headers(),
          ...(target.stripper && { PREBUILD_STRIP_BIN: target.stripper }),
          ...target.environment(folder),
        },
      },
    )
    if (status !== 0) throw new Error(`the build failed:\n${stdout}\n${stderr}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function verdict(target, file) {
  if (target.platform !== 'linux') return ''
  const faults = faultsOf(file, target)
  if (faults.length === 0) return `, ${target.libc} ${requirementsOf(file).glibc ?? ''}`.trimEnd()
  rmSync(file) // it must not be shipped
  throw new Error(faults.join('\n'))
}

/** Makes the keeper of an architecture, beside the addon for musl. */
function makeKeeper(target) {
  const name = keeperOf(target)
  if (name === undefined || target.libc !== 'musl') return
  const file = join(root, 'prebuilds', name)
  const builder = join(root, 'native', 'keeper', 'build.mjs')
  const env = { ...process.env, CXX: target.environment(root).CXX }
  const options = { encoding: 'utf8', env }
  const { status, stderr } = spawnSync(process.execPath, [builder, '--musl', file], options)
  if (status !== 0) throw new Error(`the build of the keeper failed:\n${stderr}`)
  const faults = keeperFaults(file, target.arch)
  if (faults.length > 0) {
    rmSync(file) // it must not be shipped
    throw new Error(faults.join('\n'))
  }
  console.log(`prebuilds/${name}: ${statSync(file).size} bytes, static`)
}

function make(name) {
  const target = targets[name]
  if (target === undefined) throw new Error(`targets are ${Object.keys(targets).join(', ')}`)
  build(target)
  const file = join(root, 'prebuilds', fileOf(target))
  console.log(`prebuilds/${fileOf(target)}: ${statSync(file).size} bytes${verdict(target, file)}`)
  makeKeeper(target)
}

const names = process.argv.length > 2 ? process.argv.slice(2) : targetsOf(process.platform)
for (const name of names) {
  try {
    make(name)
  } catch (error) {
    console.error(`${name}: ${error.message}`)
    process.exitCode = 1
  }
}
