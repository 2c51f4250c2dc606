import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Outcome, root, run } from '../program.js'

/** The package as `npm pack` makes it. */
export interface Packed {
  tarball: string
  /** The paths in it. */
  files: readonly string[]
  /** Bytes of the tarball, and of what is in it. */
  size: number
  unpackedSize: number
}

/** Packs into a folder. dist/ is in use by other tests: what is there is packed, not built anew. */
export async function pack(folder: string): Promise<Packed> {
  const command = ['npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const [packed] = JSON.parse((await succeed(run(command))).stdout)
  const files = packed.files.map(({ path }: { path: string }) => path)
  const { filename, size, unpackedSize } = packed
  return { tarball: join(folder, filename), files, size, unpackedSize }
}

/** Packs what sexton depends on, as this checkout has it, and gives the tarballs by the names of the packages. */
export async function packDependencies(folder: string): Promise<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const folders = Object.keys(dependencies).map((name) => `./node_modules/${name}`)
  const command = ['npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const packed = JSON.parse((await succeed(run([...command, ...folders]))).stdout)
  return Object.fromEntries(
    packed.map(({ name, filename }: Record<string, string>) => [
      name,
      `file:${folder}/${filename}`,
    ]),
  )
}

const PROGRAMS = [
  ...['npm', 'npx', 'sh', 'env', 'base64', 'printf', 'true', 'cat', 'sleep', 'echo'],
  ...['dirname', 'sed', 'uname'], // the scripts that pnpm makes of a package's programs
]

/** Makes a folder to be all of PATH: this Node and some programs, but neither compiler, make nor Python. */
export async function linkPrograms(bin: string): Promise<void> {
  mkdirSync(bin)
  for (const name of PROGRAMS) {
    const { stdout } = await succeed(run(['sh', '-c', 'command -v "$0"', name]))
    symlinkSync(stdout.trim().startsWith('/') ? stdout.trim() : `/bin/${name}`, join(bin, name))
  }
  symlinkSync(process.execPath, join(bin, 'node'))
}

/** An empty project, in a folder that goes at the program's end. */
export function emptyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-package-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }')
  return folder
}

export async function succeed(outcome: Promise<Outcome>): Promise<Outcome> {
  const result = await outcome
  if (result.code !== 0) throw new Error(JSON.stringify(result, null, 2))
  return result
}

/** The addons that are shipped, by the names that they have in prebuilds/. */
export const prebuilt = [
  'linux-arm64/sexton.glibc.node',
  'linux-arm64/sexton.musl.node',
  'linux-x64/sexton.glibc.node',
  'linux-x64/sexton.musl.node',
]

/** The keepers that are shipped. */
export const keepers = ['linux-arm64/sexton-keeper', 'linux-x64/sexton-keeper']

export const prebuilds = join(root, 'prebuilds')
