import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { descendants, openProcess } from '../../lib/index.js'
import { eventually } from '../eventually.js'
import { Stranger } from '../lib/stranger.js'
import { lacks } from '../needs.js'
import { patience } from '../pace.mjs'
import { root, run } from '../program.js'
import { Podman } from './podman.js'
import { start } from './running.js'

// Each example as its reader runs it. That nothing is left is seen after every test (test/setup.ts).

const example = (name: string) => join(root, 'examples', name)
const node = (name: string, ...args: string[]) => [process.execPath, example(name), ...args]

it('Every example is run here, by distributed-jobs.test.ts or by the demo', () => {
  const tests = readFileSync(new URL(import.meta.url), 'utf8')
  const names = readdirSync(example('.')).filter(
    (name) => !/^(demo|distributed-jobs|worker-pool)/.test(name),
  )
  expect(names.sort()).toEqual(['docker', 'graceful-shutdown.mjs', 'watch-any-pid.mjs'])
  for (const name of names) expect(tests).toContain(`'${name}'`)
})

describe('watch-any-pid', () => {
  it('tells how strangers end, and which pids do not exist', async () => {
    await using exiting = await Stranger.start()
    await using killed = await Stranger.start()
    const watch = start(node('watch-any-pid.mjs', `${exiting.pid}`, `${killed.pid}`, '4194304'))
    await watch.printed(`${killed.pid} runs`)
    await watch.printed(/^4194304: no process 4194304$/m)
    await exiting.exit(7)
    await killed.kill(15)
    const { code, stdout } = await watch.ended
    expect(code).toBe(1)
    expect(stdout.split('\n').slice(2).sort()).toEqual(
      ['', `${exiting.pid} has ended with code 7`, `${killed.pid} has ended by SIGTERM`].sort(),
    )
  })

  it('says how it is used', async () => {
    expect(await run(node('watch-any-pid.mjs'))).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('graceful-shutdown', () => {
  const server = async () => {
    const running = start(node('graceful-shutdown.mjs'))
    await running.printed(/listening on port \d+/)
    return { ...running, port: /port (\d+)/.exec(running.stdout())?.[1] }
  }

  it('tells the sender, answers what was asked, and ends with 0', async () => {
    const { pid, port, printed, ended, stdout, stderr } = await server()
    const response = await fetch(`http://127.0.0.1:${port}`)
    const sender = start(['sh', '-c', `kill -TERM ${pid}; read line`], 'pipe')
    await printed('shutting down')
    expect(stderr()).toBe(
      `SIGTERM from pid ${sender.pid} (uid ${process.getuid?.()}, sh): shutting down\n`,
    )
    sender.stdin?.end()
    expect(await response.text()).toMatch(/done\n$/)
    expect(await ended).toMatchObject({ code: 0 })
    expect(stdout()).toMatch(/closed\n$/)
    await sender.ended
  })

  it('waits no longer when it is asked again', async () => {
    const { pid, port, printed, ended } = await server()
    const response = await fetch(`http://127.0.0.1:${port}`)
    process.kill(pid, 'SIGTERM')
    await printed('shutting down')
    await new Promise((resolve) => setTimeout(resolve, 100)) // at once it would be the same request
    process.kill(pid, 'SIGINT')
    const stderr = expect.stringMatching(/^SIGINT from .*: a second signal, ending now$/m)
    expect(await ended).toMatchObject({ code: 130, stderr })
    await expect(response.text()).rejects.toThrow('terminated')
  })
})

describe('worker-pool', () => {
  it('outlives crashes, hangs and daemons, and leaves nothing', async () => {
    const { code, stdout, stderr } = await run(node('worker-pool.mjs'), {
      env: { TIMEOUT: '5000' },
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trim().split('\n')
    expect(lines.filter((line) => !line.startsWith('reaped'))).toEqual([
      '{"square":7} -> 49',
      '{"crash":9} -> the worker has ended: exit code 9',
      '{"hang":true} -> no answer in 5000 ms',
      '{"daemon":true} -> started',
      '{"square":8} -> 64',
      '{"square":9} -> 81',
      'processes left: 0',
    ])
    expect(lines).toContain('reaped an orphan: SIGKILL')
  })

  it('takes its workers along when it is killed', async () => {
    const pool = start(['env', 'TIMEOUT=60000', ...node('worker-pool.mjs')])
    const living = () => descendants(pool.pid).filter(({ state }) => state !== 'Z')
    let found = living()
    // Until the worker that has crashed is replaced, too.
    await eventually(() => {
      found = living()
      expect(found.map(({ name }) => name)).toContain('sleep')
      expect(found.filter(({ ppid }) => ppid === pool.pid)).toHaveLength(3)
    })
    const handles = found.map(({ pid, startTime }) => openProcess(pid, { startTime }))
    onTestFinished(() => {
      for (const handle of handles) handle.kill('SIGKILL')
      for (const handle of handles) handle[Symbol.dispose]()
    })
    const workers = handles.filter((_, i) => found[i]?.ppid === pool.pid)
    expect(workers).toHaveLength(3)
    process.kill(pool.pid, 'SIGKILL')
    await Promise.all(workers.map(({ exited }) => exited))
    // What SECURITY.md says of the death signal: who is not asked for does not get it.
    expect(handles.filter((handle) => handle.kill('SIGCONT'))).toHaveLength(handles.length - 3)
    await pool.ended
  })
})

describe.skipIf(lacks('podman', 'runc', 'conmon'))('The Dockerfile', () => {
  let podman: Podman
  beforeAll(() => {
    podman = new Podman(['npm'])
  })
  afterAll(() => podman.close())

  it('builds a server under pid1 that ends by `podman stop`', {
    timeout: patience(120_000),
  }, async () => {
    // The base and what npm would fetch are this machine's: podman has no network here.
    const image = await podman.build(example('docker'), 'npm')
    const container = podman.start({ built: image })
    await container.printed('listening on port 8080')
    const init = await container.init()
    expect(readFileSync(`/proc/${init}/status`, 'utf8')).toMatch(/^Uid:\t1000\t1000\t/m)
    const source = `fetch('http://127.0.0.1:8080').then((answer) => answer.text()).then(console.log)`
    const { stdout } = await container.exec('node', '--eval', source)
    expect(stdout).toMatch(/^pid \d+, under PID 1\n/)
    await eventually(() => expect(descendants(init)).toMatchObject([{ ppid: init }]))
    expect(await container.stop('--time', String(Math.ceil(patience(10_000) / 1000)))).toBeLessThan(
      patience(5_000),
    )
    expect(await container.ended).toMatchObject({
      code: 0,
      stdout: 'listening on port 8080\nclosed\n',
    })
  })
})
