import { execFileSync } from 'node:child_process'
import { readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Outcome, run } from '../program.js'
import { removeGroups } from './groups.js'
import type { Podman } from './podman.js'
import { NODE } from './rootfs.js'

/** What the tests need of a manifest. */
export interface Manifest {
  metadata: { name: string }
  spec: {
    terminationGracePeriodSeconds?: number
    containers: {
      name: string
      image: string
      lifecycle?: { preStop: { exec: { command: string[] } } }
      volumeMounts?: object[]
      ports?: object[]
      livenessProbe?: { timeoutSeconds: number }
    }[]
    volumes?: object[]
    restartPolicy?: string
  }
}

/** Reads a manifest. */
export function parseManifest(yaml: string): Manifest {
  const script = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))'
  return JSON.parse(execFileSync('python3', ['-c', script], { input: yaml, encoding: 'utf8' }))
}

// The time of a probe: this machine may be slow, and the stand-in for curl has a time of its own.
const SECONDS = 60

// Files of this machine that each container gets: Node, and what podman calls for a probe by HTTP.
const MOUNTED = {
  [NODE]: process.execPath,
  '/usr/bin/curl': fileURLToPath(new URL('fixtures/curl.mjs', import.meta.url)),
}

// No systemd runs health checks here.
const env = { DISABLE_HC_SYSTEMD: 'true' }

/** A pod that `podman play kube` has made of a manifest. */
export class Pod {
  readonly #podman: Podman
  readonly #name: string
  readonly #id: string

  private constructor(podman: Podman, name: string, id: string) {
    this.#podman = podman
    this.#name = name
    this.#id = id
  }

  /** Plays a manifest whose images are this one. */
  static async play(podman: Podman, manifest: Manifest, image: string): Promise<Pod> {
    const { name } = manifest.metadata
    const file = join(podman.directory, `${name}.yml`)
    writeFileSync(file, JSON.stringify(onThisMachine(manifest, image)))
    const words = podman.command('play', 'kube', '--network', 'none', file)
    const { code, stdout, stderr } = await run(words, { env })
    const id = /^Pod:\n(\w+)$/m.exec(stdout)?.[1] ?? ''
    const pod = new Pod(podman, name, id)
    if (code === 0) return pod
    await pod.close()
    throw new Error(`podman play kube: ${stdout}${stderr}`)
  }

  /** Runs a command of podman on one of its containers. */
  call(command: string, container: string, ...words: string[]): Promise<Outcome> {
    const [name = '', ...options] = command.split(' ')
    const target = `${this.#name}-${container}`
    return run(this.#podman.command(name, ...options, target, ...words), { env })
  }

  /** Removes it, with the control groups that podman leaves. */
  async close(): Promise<void> {
    await run(this.#podman.command('pod', 'rm', '--force', '--time', '0', this.#name))
    if (this.#id !== '') removeGroups(`${PARENT}/${this.#id}`)
    for (const hierarchy of ['.', ...readdirSync('/sys/fs/cgroup')]) removeEmpty(hierarchy)
  }
}

const PARENT = '/libpod_parent'

// Not where another pod of this machine is in it, or where there is none.
function removeEmpty(hierarchy: string): void {
  try {
    rmdirSync(`/sys/fs/cgroup/${hierarchy}${PARENT}`)
  } catch {}
}

// Without its ports, because podman has no network here.
function onThisMachine(manifest: Manifest, image: string): Manifest {
  const files = Object.entries(MOUNTED).map(([mountPath, path], i) => ({
    mount: { name: `file-${i}`, mountPath },
    volume: { name: `file-${i}`, hostPath: { path, type: 'File' } },
  }))
  const volumeMounts = files.map(({ mount }) => mount)
  const containers = manifest.spec.containers.map(({ ports: _, livenessProbe, ...one }) => ({
    ...one,
    ...(livenessProbe && { livenessProbe: { ...livenessProbe, timeoutSeconds: SECONDS } }),
    image,
    volumeMounts,
  }))
  const volumes = files.map(({ volume }) => volume)
  // A container that has ended stays so, for the test to see.
  const restartPolicy = 'Never'
  return { ...manifest, spec: { ...manifest.spec, containers, volumes, restartPolicy } }
}
