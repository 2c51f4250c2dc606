import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect } from 'vitest'
import { eventually } from '../eventually.js'
import { run } from '../program.js'
import { removeGroups } from './groups.js'
import { makeRootfs } from './rootfs.js'

/** A `runc` whose containers and control groups are its own, and go with it. */
export class Runc {
  readonly directory = mkdtempSync(join(tmpdir(), 'sexton-runc-'))
  readonly #template: string
  #bundles = 0

  private constructor() {
    mkdirSync(join(this.directory, 'template'))
    makeRootfs(join(this.directory, 'rootfs'), 'busybox')
    this.#template = join(this.directory, 'template', 'config.json')
  }

  static async make(): Promise<Runc> {
    const runc = new Runc()
    await runc.call('spec', '--bundle', join(runc.directory, 'template'))
    return runc
  }

  /** The option that every command of it has. */
  get option(): string {
    return `--root=${join(this.directory, 'state')}`
  }

  /** Runs a command of runc. */
  async call(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(['runc', this.option, ...words])
    if (code !== 0) throw new Error(`runc ${words.join(' ')}: ${stderr}`)
    return stdout
  }

  /** Makes the bundle of a container that runs this command, and gives its folder, whose name is the container's. */
  bundle(...args: string[]): string {
    this.#bundles += 1
    const name = `${basename(this.directory)}-${this.#bundles}`
    const bundle = join(this.directory, name)
    mkdirSync(bundle)
    symlinkSync('../rootfs', join(bundle, 'rootfs'))
    const config = JSON.parse(readFileSync(this.#template, 'utf8'))
    Object.assign(config.process, { terminal: false, args })
    config.root.path = join(this.directory, 'rootfs')
    config.linux.cgroupsPath = `/${basename(this.directory)}/${name}`
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(config))
    return bundle
  }

  /** Removes everything, and fails if a container of it stays. */
  async close(): Promise<void> {
    const names = (await this.call('list', '--quiet')).split('\n').filter((name) => name !== '')
    for (const name of names) await this.call('delete', '--force', name)
    await eventually(() => removeGroups(`/${basename(this.directory)}`))
    rmSync(this.directory, { recursive: true })
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(this.directory)
  }
}
