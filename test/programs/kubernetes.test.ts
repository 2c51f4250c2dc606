import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Family, figureOf, parseExposition } from '../exposition.js'
import { lacks, lacksRoot } from '../needs.js'
import { patience } from '../pace.mjs'
import { root } from '../program.js'
import { blocksOf } from './documents/blocks.js'
import { type Manifest, Pod, parseManifest } from './pod.js'
import { Podman } from './podman.js'

// The manifests of docs/kubernetes.md, with this machine's images. podman 4.3 knows neither `preStop` nor
// `terminationGracePeriodSeconds`, so this test does what the kubelet does.

const manifests = blocksOf('docs/kubernetes.md')
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => text)
const isMissing = lacks('podman', 'runc', 'conmon', 'catatonit') || lacksRoot()

describe.skipIf(isMissing)('Under podman play kube', () => {
  let podman: Podman
  let image: string
  let pod: Pod
  beforeAll(async () => {
    podman = new Podman(['npm'])
    image = await podman.build(`${root}examples/docker`, 'npm')
  }, patience(120_000))
  afterAll(() => podman.close())

  const play = async (yaml: string | undefined): Promise<Manifest> => {
    const manifest = parseManifest(yaml ?? '')
    pod = await Pod.play(podman, manifest, image)
    onTestFinished(() => pod.close())
    return manifest
  }

  /** Retries what podman has to start for each try. */
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + patience(20_000)
    while (!(await isSo())) if (performance.now() > end) throw new Error('it does not become so')
  }

  const isHealthy = async () => (await pod.call('healthcheck run', 'server')).code === 0

  /** Ends a container as the kubelet does, and gives its exit code. */
  async function endAsKubelet({ spec }: Manifest): Promise<number> {
    const { terminationGracePeriodSeconds: seconds = 30, containers } = spec
    const killAt = performance.now() + seconds * 1000
    const hook = containers[0]?.lifecycle?.preStop.exec.command ?? []
    const running = pod.call('exec', 'server', ...hook)
    await until(isHealthy)
    expect(await running).toMatchObject({ code: 0 })
    await pod.call('kill --signal TERM', 'server')
    const waiting = pod.call('wait', 'server')
    const timer = setTimeout(
      () => void pod.call('kill --signal KILL', 'server'),
      killAt - performance.now(),
    )
    const { stdout } = await waiting
    clearTimeout(timer)
    return Number(stdout)
  }

  it('a pod is alive, and ends within the time of the kubelet', async () => {
    const manifest = await play(manifests[0])
    await until(isHealthy)
    // What a probe leaves behind, and what ignores TERM: `pid1` reaps the one, and kills the other.
    await pod.call('exec', 'server', 'sh', '-c', 'sleep 0 & (trap "" TERM; exec sleep 1000) &')
    expect(await endAsKubelet(manifest)).toBe(0)
    const { stdout } = await pod.call('logs', 'server')
    expect(stdout).toBe('listening on port 8080\nclosed\n')
  })

  it('a server that hangs is not alive, until it goes on', async () => {
    await play(manifests[0])
    await until(isHealthy)
    const signal = (name: string) =>
      pod.call(
        'exec',
        'server',
        'sh',
        '-c',
        `for p in /proc/[0-9]*; do case $(cat $p/cmdline) in
        node*server.mjs*) kill -${name} \${p#/proc/} ;; esac; done 2>/dev/null`,
      )
    await signal('STOP')
    expect(await isHealthy()).toBe(false)
    await signal('CONT')
    await until(isHealthy)
  })

  it('an exporter sees all processes of a pod that shares its namespace', async () => {
    await play(manifests[1])
    const scrape = `fetch('http://127.0.0.1:10177/metrics')
      .then((response) => response.text()).then((text) => process.stdout.write(text))`
    let families: ReadonlyMap<string, Family> = new Map()
    // The pause process, `pid1` and its server, the exporter, and the one that asks.
    await until(async () => {
      const { code, stdout } = await pod.call('exec', 'exporter', 'node', '--eval', scrape)
      if (code === 0) families = parseExposition(stdout)
      const states = families.get('sexton_host_processes')?.samples ?? []
      return states.reduce((sum, { value }) => sum + value, 0) === 5
    })
    expect(figureOf(families, 'sexton_host_hidden_processes')).toBe(0)
    expect(figureOf(families, 'sexton_host_keepers')).toBe(1)
    expect(figureOf(families, 'sexton_host_zombies')).toBe(0)
    await pod.call('kill --signal TERM', 'exporter')
    expect((await pod.call('wait', 'exporter')).stdout).toBe('0\n')
  })
})
