import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { until } from './oci-container.mjs'
import { environment } from './programs.mjs'

const GROUPS = '/sys/fs/cgroup'

/** A podman whose state is its own, and whose containers have these static programs. */
export class Podman {
  #folder
  #rootfs
  #group

  constructor(folder, programs) {
    this.#folder = join(folder, 'podman')
    this.#rootfs = join(this.#folder, 'rootfs')
    this.#group = `/${basename(folder)}`
    for (const path of ['proc', 'dev', 'sys', 'tmp', 'etc', 'run']) {
      mkdirSync(join(this.#rootfs, path), { recursive: true })
    }
    for (const path of programs) cpSync(path, join(this.#rootfs, basename(path)))
    const storage = `[storage]\ndriver = "vfs"\ngraphroot = "${this.#folder}/storage"\nrunroot = "${this.#folder}/run"\n`
    writeFileSync(join(this.#folder, 'storage.conf'), storage)
  }

  /** Makes a shim podman's own, by the name of its contract. `env` has the variables that it needs. */
  use({ name, conmon, env = {} }) {
    const folder = join(this.#folder, name.replaceAll(' ', '-'))
    mkdirSync(folder)
    symlinkSync(conmon, join(folder, 'conmon'))
    const variables = Object.entries(env).map(([key, value]) => `"${key}=${value}"`)
    const lines = [
      ...['[containers]', 'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]'],
      ...['netns = "none"', '[engine]', 'cgroup_manager = "cgroupfs"', 'events_logger = "file"'],
      ...['lock_type = "file"', 'runtime = "runc"', `tmp_dir = "${this.#folder}/tmp"`],
      ...[`conmon_path = ["${folder}/conmon"]`, `conmon_env_vars = [${variables}]`],
    ]
    writeFileSync(join(folder, 'engine.conf'), `${lines.join('\n')}\n`)
    const settings = {
      CONTAINERS_CONF: join(folder, 'engine.conf'),
      CONTAINERS_STORAGE_CONF: join(this.#folder, 'storage.conf'),
    }
    return (...words) => this.#call({ ...environment, ...settings }, words)
  }

  /** The options and words of a container whose command is one of the programs. */
  container(program) {
    return ['--cgroup-parent', this.#group, '--rootfs', this.#rootfs, `/${basename(program)}`]
  }

  /** Removes the control groups that podman leaves, once the last shims have ended in them. */
  async close() {
    const hierarchies = readdirSync(GROUPS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(GROUPS, name))
    for (const hierarchy of [GROUPS, ...hierarchies]) {
      await until(() => isGone(hierarchy + this.#group))
    }
  }

  /** Milliseconds that a command takes. */
  async #call(env, words) {
    const before = performance.now()
    const podman = spawn('podman', words, { stdio: ['ignore', 'ignore', 'pipe'], env })
    let errors = ''
    podman.stderr.on('data', (data) => {
      errors += data
    })
    const [code] = await once(podman, 'exit')
    const taken = performance.now() - before
    if (code !== 0) throw new Error(`podman ${words.join(' ')}: ${errors}`)
    return taken
  }
}

/** Removes a group and those in it, if nobody is there. Whether none is left. */
function isGone(path) {
  try {
    const inner = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    if (!inner.every(({ name }) => isGone(join(path, name)))) return false
    rmdirSync(path)
    return true
  } catch ({ code }) {
    return code === 'ENOENT'
  }
}

/** Whether it is there. */
export function hasPodman() {
  return spawnSync('podman', ['--version']).status === 0
}
