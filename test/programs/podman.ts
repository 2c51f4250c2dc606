import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect } from 'vitest'
import { readCommandLine, readPids } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { type Outcome, run } from '../program.js'
import { removeGroups } from './groups.js'
import { type Image, makeRootfs, NODE } from './rootfs.js'
import { type Running, start } from './running.js'

export interface ContainerOptions {
  image?: Image
  /** An image that was built: it has an entrypoint and a command of its own. */
  built?: string
  /** More options of `podman run`. */
  options?: readonly string[]
  entrypoint?: readonly string[]
  command?: readonly string[]
}

export interface Container extends Running {
  /** The container's PID 1, as its pid here. */
  init(): Promise<number>
  /** Runs a program in it, as `podman exec` does. */
  exec(...command: string[]): Promise<Outcome>
  /** Stops it, and gives the milliseconds that this took. */
  stop(...options: string[]): Promise<number>
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A `podman` whose state, images and control groups are its own, and go with it. */
export class Podman {
  readonly #directory = mkdtempSync(join(tmpdir(), 'sexton-podman-'))
  readonly #command: readonly string[]
  #containers = 0

  /** @param shim A program that stands in for conmon; it gets conmon's arguments after its own. */
  constructor(images: readonly Image[], shim?: readonly string[]) {
    for (const image of images) makeRootfs(join(this.#directory, image), image)
    // By variables, as podman's own clean-up after a container gets those, but not every option.
    const [engine, storage, runtime] = configure(this.#directory)
    const conmon = shim === undefined ? '' : this.#writeConmon(shim)
    writeFileSync(join(this.#directory, 'engine.conf'), engine + conmon)
    writeFileSync(join(this.#directory, 'storage.conf'), storage)
    writeFileSync(join(this.#directory, 'runc'), runtime, { mode: 0o755 })
    this.#command = [
      'env',
      `CONTAINERS_CONF=${this.#directory}/engine.conf`,
      `CONTAINERS_STORAGE_CONF=${this.#directory}/storage.conf`,
      'podman',
    ]
  }

  /** A command of podman, with options that every container of the tests has where it makes one. */
  command(name: string, ...words: string[]): string[] {
    const makes = name === 'run' || name === 'create'
    const own = makes ? ['--cgroup-parent', this.#cgroup] : []
    return [...this.#command, name, ...own, ...words]
  }

  /** The option and the folder of an image's files. */
  rootfs(image: Image): string[] {
    return ['--rootfs', join(this.#directory, image)]
  }

  /** The folder that has everything of it. */
  get directory(): string {
    return this.#directory
  }

  /** Starts a container: what it prints and how it ends is what `podman run` prints and how that ends. */
  start(settings: ContainerOptions): Container {
    const { image = 'dash', built, options = [], entrypoint, command = [] } = settings
    const root = built === undefined ? ['--rootfs', join(this.#directory, image)] : [built]
    this.#containers += 1
    const name = `container-${this.#containers}`
    const running = start([
      ...[...this.#command, 'run', '--name', name, '--cgroup-parent', this.#cgroup],
      ...['--volume', `${process.execPath}:${NODE}:ro`, '--env', 'SEXTON_BACKEND'],
      ...(entrypoint === undefined ? [] : ['--entrypoint', JSON.stringify(entrypoint)]),
      ...[...options, ...root, ...command],
    ])
    return {
      ...running,
      init: async () => Number(await this.#call('inspect', '--format', '{{.State.Pid}}', name)),
      exec: (...words) => run([...this.#command, 'exec', name, ...words]),
      stop: async (...words) => {
        const before = performance.now()
        await this.#call('stop', ...words, name)
        return performance.now() - before
      },
    }
  }

  /** Builds the Dockerfile of a folder upon one of our images, and gives the new image's name. */
  async build(folder: string, image: Image): Promise<string> {
    const archive = join(this.#directory, `${image}.tar`)
    const [base, name] = [`localhost/${image}`, 'localhost/built']
    await run(['tar', '--create', '--file', archive, '-C', join(this.#directory, image), '.'])
    // Images have a PATH; `podman play kube` gives none.
    await this.#call('import', '--change', `ENV PATH=${PATH}`, archive, base)
    const options = ['--isolation', 'chroot', '--layers=false', '--pull=never', '--tag', name]
    await this.#call('build', ...options, '--build-arg', `BASE=${base}`, folder)
    return name
  }

  /** Removes everything, and fails if something of it stays. */
  async close(): Promise<void> {
    await this.#call('rm', '--force', '--time', '0', '--all')
    await this.#call('rmi', '--force', '--all')
    await eventually(() => expect(commandsWith(this.#directory)).toEqual([]), 10_000)
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(this.#directory)
    await eventually(() => removeGroups(this.#cgroup))
    rmSync(this.#directory, { recursive: true })
  }

  // The line belongs to the last section of the file.
  #writeConmon(shim: readonly string[]): string {
    const path = join(this.#directory, 'conmon')
    const words = shim.map((word) => `'${word}'`).join(' ')
    writeFileSync(path, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 })
    return `conmon_path = ["${path}"]\n`
  }

  get #cgroup(): string {
    return `/${basename(this.#directory)}`
  }

  async #call(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await run([...this.#command, ...words])
    if (code !== 0) throw new Error(`podman ${words.join(' ')}: ${stderr}`)
    return stdout
  }
}

// The limits are what an unprivileged machine allows; podman's own would be raised ones.
function configure(directory: string): [engine: string, storage: string, runtime: string] {
  const engine = `
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
runtime = "${directory}/runc"
tmp_dir = "${directory}/tmp"
`
  const storage = `
[storage]
driver = "vfs"
graphroot = "${directory}/storage"
runroot = "${directory}/run"
`
  return [engine, storage, `#!/bin/sh\nexec runc --root '${directory}/runc-state' "$@"\n`]
}

/** Command lines that contain this. */
function commandsWith(text: string): string[] {
  const commands = (readPids() ?? []).map((pid) => readCommandLine(pid).join(' '))
  return commands.filter((command) => command.includes(text))
}
