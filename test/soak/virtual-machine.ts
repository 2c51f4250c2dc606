import { execFileSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  closeSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lacks, lacksPackages, type Program, refuses } from '../needs.js'
import { nodeOf } from '../node-versions.mjs'
import { slowness } from '../pace.mjs'
import { root, run } from '../program.js'
import { type Architecture, debianSystem, type Release, type System } from './debian.js'
import type { Stories, Told } from './stories.js'

// A virtual machine, emulated: it boots Debian's kernel with a system in memory, which has Node, this project and one
// command. What the command prints comes over a serial line.

interface Kind {
  /** The architecture, as Node names it. */
  processor: 'x64' | 'arm64'
  /** The release of Debian whose kernel it boots, if that is not this machine's. */
  release?: Release
  emulator: Program
  options: readonly string[]
  debian: Architecture
  console: string
}

const X64 = {
  processor: 'x64',
  emulator: 'qemu-system-x86_64',
  options: ['-machine', 'q35', '-cpu', 'max'],
  debian: 'amd64',
  console: 'ttyS0',
} as const

const KINDS = {
  x64: X64,
  'x64 with Linux 5.10': { ...X64, release: 'bullseye' },
  arm64: {
    processor: 'arm64',
    emulator: 'qemu-system-aarch64',
    options: ['-machine', 'virt', '-cpu', 'cortex-a72'],
    debian: 'arm64',
    console: 'ttyAMA0',
  },
} as const satisfies Record<string, Kind>

/** An architecture, as Node names it, and its kernel. */
export type MachineKind = keyof typeof KINDS

// How many times slower than this machine an emulated one is.
const EMULATION = 4

const NODE = '22'

/** Milliseconds that a machine on a usual machine has, from the start until it is off. */
export const TIMEOUT = 300_000

/** The addon and the keeper: as built here, or for another architecture as prebuilt. */
const builtFor = (kind: MachineKind) => {
  const { processor } = KINDS[kind]
  return processor === process.arch ? 'build/Release' : `prebuilds/linux-${processor}`
}

/** What a machine has of Debian. */
function systemOf(kind: MachineKind): System {
  const { debian, release }: Kind = KINDS[kind]
  return debianSystem(debian, release)
}

/** Whether something is missing here for such a machine, for `describe.skipIf()`. */
export function lacksMachine(kind: MachineKind): boolean {
  const built = builtFor(kind)
  return (
    lacks(KINDS[kind].emulator) ||
    refuses(`${built}/sexton-keeper (npm run prebuild)`, () =>
      accessSync(join(root, built, 'sexton-keeper')),
    ) ||
    lacksPackages("Debian's cloud kernel", () => systemOf(kind))
  )
}

/** What became of the stories that a machine has told. */
export class Report<S extends Stories> {
  readonly #console: string
  readonly #told: Told[]

  constructor(console: string) {
    this.#console = console
    const lines = console.split(/\r?\n/).filter((line) => line.startsWith('{"story"'))
    this.#told = lines.map((line) => JSON.parse(line))
  }

  /** How long each story took, in milliseconds by the machine's clock. */
  get times(): Record<string, number> {
    return Object.fromEntries(this.#told.map(({ story, milliseconds }) => [story, milliseconds]))
  }

  /** Gives the facts of a story, which must have left nothing behind. */
  of<N extends keyof S & string>(name: N): Awaited<ReturnType<S[N]>> {
    const told = this.#told.find(({ story }) => story === name)
    if (told === undefined) {
      throw new Error(`the story was not told; the console ends:\n${this.#console.slice(-3000)}`)
    }
    const { facts, failure, left } = told
    if (failure !== undefined) throw new Error(`${failure}\nleft: ${left.join(', ')}`)
    if (left.length > 0) throw new Error(`left: ${left.join(', ')}\n${JSON.stringify(facts)}`)
    return facts as Awaited<ReturnType<S[N]>>
  }
}

/**
 * Runs a command in a machine of its own, until it has turned itself off.
 *
 * @param command The words of a program file; its Node is called `node`.
 */
export async function inMachine<S extends Stories>(
  kind: MachineKind,
  command: readonly string[],
): Promise<Report<S>> {
  const { emulator, options, console } = KINDS[kind]
  const { kernel } = systemOf(kind)
  const folder = mkdtempSync(join(tmpdir(), 'sexton-machine-'))
  try {
    const archive = join(folder, 'initramfs')
    pack(fill(join(folder, 'files'), kind, command), archive)
    const { stdout, stderr, code, signal } = await run(
      [
        ...[emulator, ...options, '-smp', '2', '-m', '1024', '-kernel', kernel, '-initrd', archive],
        ...['-append', `console=${console} panic=-1 loglevel=4`, '-no-reboot', '-nic', 'none'],
        ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
      ],
      { timeout: TIMEOUT },
    )
    return new Report(`${stdout}${stderr}\n(the emulator: ${signal ?? `code ${code}`})`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`

/** Fills a folder with all files of the machine. The project lies where it does here, so that its paths are right. */
function fill(folder: string, kind: MachineKind, command: readonly string[]): string {
  cpSync(systemOf(kind).files, folder, {
    recursive: true,
    verbatimSymlinks: true,
  })
  for (const name of ['dev', 'proc', 'sys', 'tmp']) mkdirSync(join(folder, name))
  copyFileSync(nodeOf(NODE, KINDS[kind].processor), join(folder, 'bin', 'node'))
  const project = ['dist', 'package.json', 'node_modules/node-gyp-build', 'build/programs']
  const tests = ['launch.mjs', 'own-group.mjs', 'pace.mjs'].map((name) => `test/${name}`)
  for (const name of [...project, builtFor(kind), ...tests]) {
    const path = join(folder, root, name)
    mkdirSync(dirname(path), { recursive: true })
    cpSync(join(root, name), path, { recursive: true })
  }
  copyFileSync(fileURLToPath(new URL('fixtures/init.sh', import.meta.url)), join(folder, 'init'))
  const script = [
    `export SEXTON_TEST_SLOWNESS=${slowness() * EMULATION}`,
    `cd ${quoted(root)}`,
    `exec ${command.map(quoted).join(' ')}`,
  ]
  writeFileSync(join(folder, 'command'), script.join('\n'))
  return folder
}

/** Packs a folder as an initramfs. All of it belongs to root, and others may read it. */
function pack(folder: string, archive: string): void {
  chmodSync(folder, 0o755)
  const output = openSync(archive, 'w')
  try {
    execFileSync('sh', ['-c', 'find . | busybox cpio -o -H newc -R 0:0'], {
      cwd: folder,
      stdio: ['ignore', output, 'ignore'],
    })
  } finally {
    closeSync(output)
  }
}
