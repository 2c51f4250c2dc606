// Builds the keeper: one static program, small if musl is installed.
//
//   node native/keeper/build.mjs FILE          the first way that works; a failure is told and is no error
//   node native/keeper/build.mjs --musl FILE   with musl, or it fails
//   node native/keeper/build.mjs --sources     prints what the build depends on
//
// CXX names the compiler, which may be one for another architecture.

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { muslFolder, muslHeaders } from './musl.mjs'

const native = fileURLToPath(new URL('..', import.meta.url))

// The child's code is the addon's.
const SHARED = [
  ...['calls_linux', 'child', 'descriptors', 'exec', 'plan', 'spawn', 'spawn_linux'].map(
    (name) => `spawn/${name}.cc`,
  ),
  ...['wait/wait.cc', 'wait/wait_linux.cc', 'platform/linux.cc', 'platform/terminal.cc'],
  'platform/unix_sockets_linux.cc',
]

const filesOf = (folder) => readdirSync(join(native, folder)).map((name) => `${folder}/${name}`)
const own = ['keeper', 'keeper/pid1', 'front'].flatMap(filesOf)
// The programs that the executable is by other names. Packages hold no links, so a package has none.
const NAMES = ['sexton-shim']
// Only musl lets a program bring its own allocator.
const ALLOCATOR = 'keeper/musl_malloc.cc'
const SEGMENT = 'keeper/segment.ld'
const isHeader = (name) => name.endsWith('.h')
const isSource = (name) => name.endsWith('.cc') && name !== ALLOCATOR
const sources = [...own.filter(isSource), ...SHARED]

const FLAGS = [
  ...['-std=c++17', '-Os', '-Wall', '-Wextra', `-I${native}`],
  // It has no runtime library of C++: no exceptions, no types at run time, no locks around statics.
  ...['-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics'],
  ...['-fno-asynchronous-unwind-tables', '-fno-unwind-tables'],
  // Functions of shared files that it does not call are left out.
  ...['-ffunction-sections', '-fdata-sections', '-Wl,--gc-sections'],
  // Both make it smaller, by half a kilobyte: a keeper's code is as many pages as it is resident.
  ...['-fno-inline-functions-called-once', '-fno-caller-saves'],
  // In this order, what a keeper writes lies on fewer pages than in the order of the files.
  '-Wl,--sort-section=name',
  // Fewer pages: code and constants share some.
  ...['-Wl,-z,noseparate-code,-z,norelro', '-Wl,--build-id=none', '-s'],
]
const STATIC = ['-static', '-fno-pie', '-no-pie']

const compiler = process.env.CXX || 'g++'

function muslFlags() {
  const { stdout } = spawnSync(compiler, ['-dumpmachine'], { encoding: 'utf8' })
  const [machine = ''] = (stdout ?? '').split('-')
  const library = muslFolder('lib', machine)
  if (machine === '' || !existsSync(`${library}/libc.a`)) return undefined
  const headers = muslHeaders(compiler, machine).flatMap((flag) => flag.split(' '))
  const floor = ['-include', join(native, 'platform', 'libc_floor.h')]
  const start = [`${library}/crt1.o`, `${library}/crti.o`]
  const end = [`-L${library}`, '-lc', '-lgcc', `${library}/crtn.o`]
  // No guard of the stack: it would need a library of the compiler.
  const flags = ['-fno-stack-protector', '-fno-builtin-malloc', ...headers, ...floor, '-nostdlib']
  // On arm64 a segment begins at a multiple of 64 kB, in the file too. There the linker optimizes, which saves 6 kB.
  const layout = machine === 'x86_64' ? [`-Wl,-T,${join(native, SEGMENT)}`] : ['-flto']
  return { before: [...STATIC, ...flags, ...layout, ...start, join(native, ALLOCATOR)], end }
}

const WAYS = {
  musl: muslFlags,
  static: () => ({ before: STATIC, end: [] }),
  dynamic: () => ({ before: [], end: [] }),
}

/** Compiles in one way. Returns what was wrong; nothing if it has worked. */
function compile(way, file) {
  const flags = WAYS[way]()
  if (flags === undefined) return 'musl is not installed'
  // A running keeper's file cannot be written, but replaced.
  const unfinished = `${file}.${process.pid}`
  const inputs = sources.map((name) => join(native, name))
  const words = [...FLAGS, ...flags.before, '-o', unfinished, ...inputs, ...flags.end]
  const { status, stderr, error } = spawnSync(compiler, words, { encoding: 'utf8' })
  if (status !== 0) {
    rmSync(unfinished, { force: true })
    return error?.message ?? stderr
  }
  chmodSync(unfinished, 0o755)
  renameSync(unfinished, file)
  return undefined
}

function link(file, path) {
  rmSync(path, { force: true })
  symlinkSync(basename(file), path)
}

function build(ways, file) {
  mkdirSync(dirname(file), { recursive: true })
  const faults = []
  for (const way of ways) {
    const fault = compile(way, file)
    if (fault === undefined) return console.log(`sexton-keeper: ${way}`)
    faults.push(`${way}: ${fault}`)
  }
  console.error(`sexton-keeper could not be built, so jobs will not work:\n${faults.join('\n')}`)
  if (ways.length === 1) process.exitCode = 1
}

const [first = '', second = ''] = process.argv.slice(2)
if (first === '--sources') {
  const headers = ['spawn', 'wait', 'platform'].flatMap((room) => filesOf(room).filter(isHeader))
  const files = [...own.filter((name) => /\.\w+$/.test(name)), ...SHARED, ...headers]
  console.log(files.join('\n'))
} else if (first === '--musl') build(['musl'], second)
else {
  build(Object.keys(WAYS), first)
  for (const name of NAMES) link(first, join(dirname(first), name))
}
