import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../eventually.js'
import { type Family, figureOf, parseExposition } from '../exposition.js'
import { lacks } from '../needs.js'
import { asNobody, asPid1, root, run } from '../program.js'
import { expectPromtoolToAccept } from '../promtool.js'
import { innerPid, type Running, start } from './running.js'

const program = [process.execPath, join(root, 'dist/cli/sexton.js'), 'exporter']
const family = fileURLToPath(new URL('fixtures/family.py', import.meta.url))
const inNewMounts = ['unshare', '--mount', 'sh', '-c']

interface Exporter extends Running {
  url: string
}

async function serve(prefix: readonly string[] = [], words = '--port 0'): Promise<Exporter> {
  const running = start([...prefix, ...program, ...words.split(' ')])
  await running.printed(/http:\S+\n/)
  return { ...running, url: /http:\S+/.exec(running.stdout())?.[0] as string }
}

async function scrape({ url }: Exporter): Promise<ReadonlyMap<string, Family>> {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return parseExposition(await response.text())
}

async function stop(running: Running): Promise<void> {
  process.kill(running.pid, 'SIGTERM')
  const stderr = expect.stringMatching(/^SIGTERM from pid \d+ .*: shutting down\n$/)
  expect(await running.ended).toMatchObject({ code: 0, stderr })
}

describe('sexton exporter', () => {
  it('tells whose zombies there are, orphans and keepers, as PID 1', async () => {
    const job = `"$1" "$2/dist/cli/sexton.js" run sleep 1000 &`
    const orphan = `setsid sh -c 'sleep 1000 & exit' &`
    const parent = `tail -f /dev/null | python3 "$3" 45 2 >&2 &`
    const script = `${job} ${orphan} ${parent} shift 3; exec "$@"`
    const words = ['sh', '-c', script, 'sh', process.execPath, root, family]
    const exporter = await serve([...asPid1, ...words])
    await exporter.printed('ready')
    // The job and the orphan may begin after the exporter.
    await eventually(async () => {
      const families = await scrape(exporter)
      expect(figureOf(families, 'sexton_host_keepers')).toBe(1)
      expect(figureOf(families, 'sexton_host_kept_zombies', { parent: 'python3' })).toBe(45)
      expect(figureOf(families, 'sexton_host_orphans')).toBe(1)
      expect(figureOf(families, 'sexton_host_hidden_processes')).toBe(0)
      // The exporter, tail, python with two children, sexton run, its keeper and command, and the orphan.
      const samples = families.get('sexton_host_processes')?.samples ?? []
      const alive = samples.filter(({ labels }) => labels.state !== 'Z')
      expect(alive.reduce((sum, { value }) => sum + value, 0)).toBe(9)
    })
    process.kill(await innerPid(exporter), 'SIGTERM')
    expect(await exporter.ended).toMatchObject({ code: 0 })
  })

  it.skipIf(lacks('promtool'))('writes what promtool reads', async () => {
    const exporter = await serve()
    expectPromtoolToAccept(await (await fetch(exporter.url)).text())
    await stop(exporter)
  })

  it('has one page, which can only be read', async () => {
    const exporter = await serve([], '--port 0 --address ::1')
    expect(exporter.url).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/)
    const at = (path: string, method = 'GET') => fetch(new URL(path, exporter.url), { method })
    expect(await (await at('/')).text()).toContain('/metrics')
    expect(await at('/metric')).toMatchObject({ status: 404 })
    expect(await at('/metrics?name=value')).toMatchObject({ status: 200 })
    const head = await at('/metrics', 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await at('/metrics', 'POST')
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    await stop(exporter)
  })

  it('ends by SIGTERM, whoever has half a request', async () => {
    const exporter = await serve()
    const socket = connect(Number(new URL(exporter.url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {}) // it may be reset
    const closed = once(socket, 'close')
    socket.write('GET /metrics HTTP/1.1\r\n')
    await fetch(exporter.url) // which the server reads later
    await stop(exporter)
    await closed
  })
})

describe('sexton exporter refuses', () => {
  const refusal = async (words: string, prefix: readonly string[] = []) => {
    const { code, stdout, stderr } = await run([...prefix, ...program, ...words.split(' ')])
    expect(stdout).toBe('')
    return `${code} ${stderr}`
  }

  it('an address in use, or that is not there', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    expect(await refusal(`--port ${port}`)).toBe(
      `1 sexton: exporter: cannot listen on 127.0.0.1, port ${port}: listen: EADDRINUSE: address already in use
Another program listens there. Take another port, for example --port 0 for a free one.
`,
    )
    expect(await refusal('--port 0 --address 192.0.2.1')).toMatch(
      /^1 sexton: exporter: cannot listen on 192\.0\.2\.1, port 0: .*EADDRNOTAVAIL.*\n.* 0\.0\.0\.0 /,
    )
  })

  it('bad words', async () => {
    expect(await refusal('--port many')).toMatch(/^2 sexton: invalid --port 'many': expected .*\n/)
  })

  it('to start without /proc, or with that of another namespace', async () => {
    const missing = [...inNewMounts, 'mount -t tmpfs none /proc && exec "$@"', 'sh']
    expect(await refusal('--port 0', missing)).toMatch(
      /^1 sexton: exporter: \/proc is not mounted\n/,
    )
    const foreign = ['unshare', '--fork', '--pid', '--kill-child']
    expect(await refusal('--port 0', foreign)).toMatch(
      /^1 sexton: exporter: \/proc shows another PID namespace\n/,
    )
  })
})

describe('Where /proc does not show everything, sexton exporter', () => {
  it.each(['1', '2'])('says so (hidepid=%s)', async (hidepid) => {
    const mount = `mount -t proc -o hidepid=${hidepid} proc /proc && exec "$@"`
    const exporter = await serve([...inNewMounts, mount, 'sh', ...asNobody])
    const families = await scrape(exporter)
    expect(figureOf(families, 'sexton_host_hidden_processes')).toBeGreaterThan(0)
    await stop(exporter)
  })

  it('answers 503 while no descriptor is free', async () => {
    const exporter = await serve()
    const socket = connect(Number(new URL(exporter.url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    const ask = async () => {
      socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n')
      return String((await once(socket, 'data'))[0])
    }
    const limit = (soft: number) =>
      run(['prlimit', '--pid', String(exporter.pid), `--nofile=${soft}:`])
    expect(await ask()).toMatch(/^HTTP\/1\.1 200 /)
    await limit(3)
    expect(await ask()).toMatch(/^HTTP\/1\.1 503 (.*\r\n)*\r\n.*EMFILE/)
    await limit(100)
    expect(await ask()).toMatch(/^HTTP\/1\.1 200 /)
    await stop(exporter)
  })
})
