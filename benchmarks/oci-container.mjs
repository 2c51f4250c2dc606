import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { environment } from './programs.mjs'

const DEADLINE = 60_000

/** A container of runc, whose only file is a static program, and which a shim starts without an engine. */
export class Container {
  static #made = 0

  /** @param folder Holds everything of all containers. @param words The command; its first word is the program's path. */
  constructor(folder, [program, ...args]) {
    Container.#made += 1
    this.id = `${basename(folder)}-${Container.#made}`
    this.bundle = join(folder, this.id)
    this.state = join(folder, 'state')
    mkdirSync(join(this.bundle, 'exits'), { recursive: true })
    for (const path of ['proc', 'dev', 'sys']) {
      mkdirSync(join(this.bundle, 'rootfs', path), { recursive: true })
    }
    cpSync(program, join(this.bundle, 'rootfs', 'program'))
    spawnSync('runc', ['spec'], { cwd: this.bundle })
    const path = join(this.bundle, 'config.json')
    const config = JSON.parse(readFileSync(path, 'utf8'))
    config.process.terminal = false
    config.process.args = ['/program', ...args]
    delete config.process.rlimits // raising them needs a capability
    config.linux.cgroupsPath = `/${this.id}`
    writeFileSync(path, JSON.stringify(config))
  }

  /** Makes the container by the runtime alone; gives the milliseconds until the runtime has ended. */
  async createBare() {
    const before = performance.now()
    const words = ['--root', this.state, 'create', '--bundle', this.bundle, this.id]
    const [code] = await once(spawn('runc', words, { stdio: 'ignore', env: environment }), 'exit')
    if (code !== 0) throw new Error(`runc create has ended with ${code}`)
    return performance.now() - before
  }

  /** Makes it under a shim, and gives the milliseconds until the shim tells the container's pid. */
  async create(shim, runtime = '/usr/sbin/runc') {
    const [file, ...front] = shim.command
    const before = performance.now()
    const child = spawn(file, [...front, ...this.#options(runtime)], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
      env: { ...environment, ...shim.env, _OCI_SYNCPIPE: '3', _OCI_STARTPIPE: '4' },
    })
    child.stdio[4].write('\0')
    const [message] = await once(child.stdio[3], 'data')
    const taken = performance.now() - before
    child.stdio[3].destroy()
    child.stdio[4].destroy()
    this.pid = JSON.parse(message).data ?? JSON.parse(message).pid
    if (!(this.pid > 0)) throw new Error(`${shim.name}: ${message}`)
    return taken
  }

  #options(runtime) {
    const at = (name) => join(this.bundle, name)
    return [
      ...['--api-version', '1', '-c', this.id, '-u', this.id, '-n', this.id],
      ...['-r', runtime, '--runtime-arg', '--root', '--runtime-arg', this.state],
      ...['-b', this.bundle, '-p', at('pidfile'), '-P', at('shim.pid')],
      ...['-l', `k8s-file:${this.log}`, '--exit-dir', at('exits'), '--socket-dir-path', at('')],
    ]
  }

  get log() {
    return join(this.bundle, 'log')
  }

  /** The shim's own process of this container. */
  get shim() {
    return Number(readFileSync(join(this.bundle, 'shim.pid'), 'utf8'))
  }

  start() {
    const words = ['--root', this.state, 'start', this.id]
    const { status, stderr } = spawnSync('runc', words, { encoding: 'utf8', env: environment })
    if (status !== 0) throw new Error(stderr)
  }

  /** Ends it, and removes everything of it. `shimmed`: whether an exit file is to come. */
  async end(shimmed = true) {
    if (shimmed) process.kill(this.pid, 'SIGKILL')
    else spawnSync('runc', ['--root', this.state, 'kill', this.id, 'KILL'], { stdio: 'ignore' })
    if (shimmed) await until(() => existsSync(join(this.bundle, 'exits', this.id)))
    await until(() => {
      const words = ['--root', this.state, 'delete', '--force', this.id]
      return spawnSync('runc', words, { stdio: 'ignore' }).status === 0
    })
    rmSync(this.bundle, { recursive: true })
  }
}

/** Looks every few milliseconds until it holds. */
export async function until(holds) {
  const end = performance.now() + DEADLINE
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited too long: ${holds}`)
    await sleep(2)
  }
}
