import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { root } from '../program.js'

/** Debian's names of architectures. */
export type Architecture = 'amd64' | 'arm64'

/** What a virtual machine has of Debian. */
export interface System {
  /** The kernel that it boots. */
  kernel: string
  /** A folder with busybox, and with the libraries that Node needs. */
  files: string
}

/** The releases of Debian whose kernels can be had beside the one of this machine's release. */
export type Release = 'bullseye' // Linux 5.10

const PACKAGES = ['busybox-static', 'libc6', 'libgcc-s1', 'libstdc++6']

const cache = join(root, 'node_modules', '.cache', 'debian')

/**
 * Fetches Debian's cloud kernel and a small system, once. Nothing is installed on this machine.
 *
 * @param release Whose kernel it is. Default: that of this machine's release.
 * @throws {Error} where this machine has no apt, or its apt reaches no packages.
 */
export function debianSystem(architecture: Architecture, release?: Release): System {
  const folder = join(cache, release === undefined ? architecture : `${architecture}-${release}`)
  if (!existsSync(folder)) fetchTo(folder, architecture, release)
  const boot = join(folder, 'boot')
  return { kernel: join(boot, readdirSync(boot)[0] as string), files: join(folder, 'files') }
}

function fetchTo(folder: string, architecture: Architecture, release?: Release): void {
  mkdirSync(cache, { recursive: true })
  const unfinished = mkdtempSync(`${folder}-`)
  try {
    const system = aptFor(unfinished, 'system', architecture)
    system('apt-get', 'download', ...PACKAGES)
    const other = release && sourcesOf(unfinished, release)
    downloadKernel(other ? aptFor(unfinished, 'kernel', architecture, other) : system, architecture)
    arrange(unfinished)
    renameSync(unfinished, folder)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** Runs a program of apt, and gives what it prints. */
type Apt = (program: string, ...words: string[]) => string

/** Gives apt a state of its own, so that the architecture may be another one, and the user not root. */
function aptFor(
  folder: string,
  name: string,
  architecture: Architecture,
  sources: readonly string[] = [],
): Apt {
  const state = join(folder, 'apt', name)
  for (const name of ['lists/partial', 'archives/partial']) {
    mkdirSync(join(state, name), { recursive: true })
  }
  writeFileSync(join(state, 'status'), '')
  const settings = [
    ...[`APT::Architecture=${architecture}`, `APT::Architectures::=${architecture}`],
    ...[`Dir::State=${state}`, `Dir::State::status=${state}/status`, `Dir::Cache=${state}`],
    ...['Acquire::Languages=none', 'APT::Sandbox::User=root', ...sources],
  ].flatMap((setting) => ['-o', setting])
  const apt: Apt = (program, ...words) =>
    execFileSync(program, [...settings, '-q', ...words], { cwd: folder, encoding: 'utf8' })
  apt('apt-get', 'update')
  return apt
}

/** Makes a list of the sources of another release, on the server of this one. Gives the settings that name it. */
function sourcesOf(folder: string, release: Release): string[] {
  const targets = ['indextargets', '--format', '$(SITE)', 'Created-By: Packages']
  const [site] = execFileSync('apt-get', targets, { encoding: 'utf8' }).split('\n')
  const list = join(folder, 'sources.list')
  writeFileSync(list, `deb ${site} ${release} main\n`)
  return [`Dir::Etc::sourcelist=${list}`, 'Dir::Etc::sourceparts=/dev/null']
}

function downloadKernel(apt: Apt, architecture: Architecture): void {
  // The package that names the newest kernel has none in it.
  const text = apt('apt-cache', 'depends', `linux-image-cloud-${architecture}`)
  const kernel = /Depends: (linux-image-\S+)/.exec(text)?.[1]
  if (kernel === undefined) throw new Error(`apt knows no cloud kernel for ${architecture}`)
  apt('apt-get', 'download', kernel)
}

/** Unpacks what was downloaded, and leaves the kernel and the small system alone. */
function arrange(folder: string): void {
  const files = join(folder, 'files')
  const archives = readdirSync(folder).filter((name) => name.endsWith('.deb'))
  for (const name of archives) execFileSync('dpkg-deb', ['-x', join(folder, name), files])
  mkdirSync(join(folder, 'boot'))
  const kernel = readdirSync(join(files, 'boot')).find((name) => name.startsWith('vmlinuz-'))
  renameSync(join(files, 'boot', kernel as string), join(folder, 'boot', kernel as string))
  const unused = [
    'files/boot',
    'files/lib/modules',
    'files/usr/share',
    'apt',
    'sources.list',
    ...archives,
  ]
  for (const name of unused) rmSync(join(folder, name), { recursive: true, force: true })
}
