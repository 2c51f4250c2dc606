import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../program.js'

const APPLETS = ['sh', 'env', 'base64', 'sleep', 'cat']
const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))

/** What an image has besides Node and sexton: names of the machine's programs. */
const IMAGES = {
  dash: APPLETS,
  busybox: ['busybox'],
  npm: [...APPLETS, 'ln', 'mkdir'],
  none: [],
} as const

export type Image = keyof typeof IMAGES

/** Where Node belongs in every image; it is mounted there, being larger than all the rest. */
export const NODE = '/usr/local/bin/node'

/** Where npm puts a global package. */
export const PACKAGE = '/usr/local/lib/node_modules/sexton'

/** The keeper in it. */
export const KEEPER = `${PACKAGE}/build/Release/sexton-keeper`

/**
 * Makes the root of a file system from the machine's own files: these programs, the libraries of Node,
 * and sexton as `npm install --global` has it, of which no more than what is needed to run.
 */
export function makeRootfs(directory: string, image: Image): void {
  const inside = (path: string) => join(directory, path)
  for (const path of ['proc', 'sys', 'dev', 'tmp', 'etc', 'run', 'usr/bin', 'usr/local/bin']) {
    mkdirSync(inside(path), { recursive: true })
  }
  symlinkSync('usr/bin', inside('bin'))
  const programs = IMAGES[image].map((name) => `/usr/bin/${name}`)
  for (const file of [...programs, ...librariesOf(image === 'busybox' ? [] : programs)]) {
    mkdirSync(dirname(inside(file)), { recursive: true })
    copyFileSync(file, inside(file)) // follows links: /usr/bin/sh is one
  }
  if (image === 'busybox') {
    for (const name of APPLETS) symlinkSync('busybox', inside(`usr/bin/${name}`))
  }
  copyPackage(inside(PACKAGE))
  for (const [name, file] of [
    ['pid1', 'bin/pid1'],
    ['sexton', 'dist/cli/sexton.js'],
  ] as const) {
    symlinkSync(`../lib/node_modules/sexton/${file}`, inside(`usr/local/bin/${name}`))
  }
  if (image === 'npm') writeFileSync(inside('usr/bin/npm'), NPM, { mode: 0o755 })
  cpSync(fixtures, inside('srv'), { recursive: true })
}

// It installs what is there, as there is nothing to be fetched.
const NPM = `#!/bin/sh -e
[ "$*" = "install sexton" ]
mkdir -p node_modules/.bin
ln -s ${PACKAGE} node_modules/sexton
ln -s ../sexton/bin/pid1 node_modules/.bin/pid1
ln -s ../sexton/dist/cli/sexton.js node_modules/.bin/sexton
`

function copyPackage(directory: string): void {
  const built = ['sexton.node', 'sexton-keeper'].map((name) => `build/Release/${name}`)
  for (const path of ['bin', 'dist', ...built, 'package.json']) {
    cpSync(join(root, path), join(directory, path), { recursive: true })
  }
}

function librariesOf(programs: readonly string[]): Set<string> {
  const addon = join(root, 'build/Release/sexton.node')
  const listing = execFileSync('ldd', [process.execPath, addon, ...programs], { encoding: 'utf8' })
  return new Set([...listing.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path as string))
}
