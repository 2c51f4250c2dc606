import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
