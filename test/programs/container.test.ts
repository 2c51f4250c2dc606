import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { descendants, openProcess } from '../../lib/index.js'
import { readCommandLine } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { lacks } from '../needs.js'
import { patience } from '../pace.mjs'
import { root } from '../program.js'
import { type Container, type ContainerOptions, Podman } from './podman.js'
import { type Image, KEEPER, PACKAGE } from './rootfs.js'
import { eventsOf } from './running.js'

const server = ['node', '/srv/server.mjs']
const entrypoint = ['pid1', '--status-fd', '2']
/** The seconds after which podman kills, and milliseconds that are far less. */
const TIME = String(Math.ceil(patience(10_000) / 1000))
const SOON = patience(5000)

describe.skipIf(lacks('podman', 'runc', 'conmon', 'busybox'))('Under podman', () => {
  let podman: Podman
  beforeAll(() => {
    podman = new Podman(['dash', 'busybox', 'none'])
  })
  afterAll(() => podman.close())

  async function startServer(options: ContainerOptions): Promise<Container & { port: string }> {
    const container = podman.start(options)
    await container.printed(/port \d+\r?\n/)
    return { ...container, port: /port (\d+)/.exec(container.stdout())?.[1] as string }
  }

  /** What the server inside answers; it is in a network of its own, so one has to go in. */
  async function ask({ exec, port }: Container & { port: string }): Promise<string> {
    const source = `fetch('http://127.0.0.1:${port}').then((response) => response.text()).then(console.log)`
    const { stdout } = await exec('node', '--eval', source)
    return stdout.trim()
  }

  const of = (container: Container, kind: string) =>
    eventsOf(container.stdout() + container.stderr()).filter(({ event }) => event === kind)

  describe('A server in a container with pid1 as its entrypoint', () => {
    const byNode = ['node', `${PACKAGE}/dist/cli/pid1.js`, '--status-fd', '2']
    it.each<[string, Image, string[], string]>([
      ['dash', 'dash', entrypoint, '3'],
      ["busybox's shell", 'busybox', entrypoint, '3'],
      ['no shell at all', 'none', [KEEPER, 'pid1', '--status-fd', '2'], 'ENOENT'],
      ['neither shell nor keeper', 'none', byNode, 'ENOENT'],
    ])(
      'runs under PID 1 and ends by `podman stop`, with %s',
      async (_, image, entrypoint, answer) => {
        const container = await startServer({ image, entrypoint, command: server })
        const init = await container.init()
        expect(readFileSync(`/proc/${init}/status`, 'utf8')).toMatch(/^NSpid:\t\d+\t1$/m)
        const program =
          entrypoint === byNode ? /^node (--\S+ )*\S*\/pid1\.js / : /sexton-keeper pid1 /
        expect(readCommandLine(init).join(' ')).toMatch(program)
        expect(await ask(container)).toBe(answer)
        // The command, and Node for the status stream beside a keeper.
        const children = entrypoint === byNode ? 1 : 2
        await eventually(() => expect(descendants(init)).toHaveLength(children))
        expect(await container.stop('--time', TIME)).toBeLessThan(SOON)
        const { code, stdout } = await container.ended
        expect({ code, stdout }).toEqual({ code: 23, stdout: `port ${container.port}\nSIGTERM\n` })
        expect(of(container, 'forwarded')).toMatchObject([{ signal: 'SIGTERM', as: 'SIGTERM' }])
        expect(of(container, 'killed')).toEqual([])
      },
    )

    const hardened =
      '--user 65534:65534 --read-only --cap-drop all --security-opt no-new-privileges'
    it.each([hardened, '--tty'])('does so with %s', async (options) => {
      const words = options.split(' ')
      const container = await startServer({ options: words, entrypoint, command: server })
      expect(await ask(container)).toBe('3')
      expect(await container.stop('--time', TIME)).toBeLessThan(SOON)
      expect(await container.ended).toMatchObject({ code: 23 })
      expect(container.stdout().match(/SIGTERM\r?$/gm)).toHaveLength(1)
      expect(of(container, 'forwarded')).toHaveLength(1)
    })

    it('ends by the signal of another init, made into its own', async () => {
      const container = await startServer({
        options: ['--stop-signal', 'SIGRTMIN+3'],
        entrypoint: [...entrypoint, '-r', 'RTMIN+3:TERM'],
        command: server,
      })
      expect(await container.stop('--time', TIME)).toBeLessThan(SOON)
      expect(await container.ended).toMatchObject({ code: 23 })
      expect(of(container, 'forwarded')).toMatchObject([{ signal: 'SIGRTMIN+3', as: 'SIGTERM' }])
    })
  })

  describe('A Node program with sexton/init as PID 1', () => {
    it('reports what it has ended when podman stops it', async () => {
      const source = `const { spawn } = require('node:child_process')
        for (let i = 0; i < 40; i += 1) spawn('sleep', ['1000'], { detached: true })
        console.log('ready')`
      const node = ['node', '--import', `${PACKAGE}/dist/init.js`, '--eval', source]
      const options = ['--env', 'SEXTON_REPORT=1']
      const container = podman.start({ options, entrypoint: node, command: [] })
      await container.printed(/ready/)
      expect(await container.stop('--time', TIME)).toBeLessThan(SOON)
      expect(await container.ended).toMatchObject({ code: 143 })
      const [heading, ...lines] = container.stderr().trim().split('\n')
      expect(heading).toBe('sexton/init: 40 processes were left at exit:')
      expect(lines.filter((line) => line.endsWith(' sleep 1000: terminated'))).toHaveLength(40)
    })
  })

  describe('An init that podman brings along', () => {
    it('may be the keeper: one file, without Node', async () => {
      const keeper = join(root, 'build/Release/sexton-keeper')
      const options = ['--init', '--init-path', keeper, '--read-only']
      const script = '(sleep 1000 &); trap "exit 5" TERM; echo ready; while :; do read line; done'
      const container = podman.start({ options, command: ['sh', '-c', script] })
      await container.printed('ready')
      const init = await container.init()
      expect(readCommandLine(init)[0]).toMatch(/init$/)
      expect(await container.stop('--time', TIME)).toBeLessThan(SOON)
      expect(await container.ended).toMatchObject({ code: 5, stderr: '' })
    })
  })

  describe('The end of a container', () => {
    it('has the exit code of its command', async () => {
      const commands: [number, ...string[]][] = [
        [7, 'node', '--eval', 'process.exit(7)'],
        [137, 'sh', '-c', 'kill -KILL $$'],
        [127, 'nonesuch'],
      ]
      const outcomes = commands.map(([, ...command]) => podman.start({ entrypoint, command }).ended)
      const codes = (await Promise.all(outcomes)).map(({ code }) => code)
      expect(codes).toEqual(commands.map(([code]) => code))
    })

    it('comes with SIGTERM to a command that does not handle it', async () => {
      const words = ['node', '--eval', 'console.log("ready"); setInterval(() => {}, 1e6)']
      const supervised = podman.start({ entrypoint, command: words })
      const bare = podman.start({ entrypoint: words, command: [] })
      await Promise.all([supervised.printed('ready'), bare.printed('ready')])
      const [soon, late] = await Promise.all([
        supervised.stop('--time', TIME),
        bare.stop('--time', '1'),
      ])
      expect(await supervised.ended).toMatchObject({ code: 143 })
      expect(soon).toBeLessThan(SOON)
      expect(await bare.ended).toMatchObject({ code: 137 })
      expect(late).toBeGreaterThan(1000)
    })

    it("comes within pid1's time of grace where something ignores SIGTERM", async () => {
      const source = `
      const script = 'trap "" TERM; echo deaf; exec sleep 1000'
      require('node:child_process').spawn('sh', ['-c', script], { stdio: 'inherit' })
      process.on('SIGTERM', () => process.exit(0))
    `
      const container = podman.start({
        entrypoint: [...entrypoint, '--grace', '300ms'],
        command: ['node', '--eval', source],
      })
      await container.printed(/^deaf$/m)
      expect(await container.stop('--time', TIME)).toBeLessThan(SOON)
      expect(await container.ended).toMatchObject({ code: 0 })
      const signals = of(container, 'killed').map(({ signal }) => signal)
      expect(signals.slice(0, 2)).toEqual(['SIGTERM', 'SIGKILL'])
    })
  })

  describe('What `podman exec` leaves behind', () => {
    const [SHELLS, EACH] = [8, 5]
    const leave = (container: Container) =>
      container.exec('sh', '-c', `for i in ${'x '.repeat(EACH)}; do sleep 1000 & done`)

    /** Orphans of many shells at once, which have become children of PID 1, and are dead in the end. */
    async function leaveDead(container: Container, init: number): Promise<void> {
      const shells = await Promise.all(Array.from({ length: SHELLS }, () => leave(container)))
      expect(shells.map(({ code }) => code)).toEqual(shells.map(() => 0))
      const orphans = () => descendants(init).filter(({ name }) => name === 'sleep')
      await eventually(() => expect(orphans()).toHaveLength(SHELLS * EACH))
      expect(new Set(orphans().map(({ ppid }) => ppid))).toEqual(new Set([init]))
      for (const { pid, startTime } of orphans()) {
        using handle = openProcess(pid, { startTime })
        handle.kill('SIGKILL')
      }
    }

    it('is reaped, and what still lives gets SIGTERM in the end', async () => {
      const container = await startServer({ entrypoint, command: server })
      const init = await container.init()
      await leaveDead(container, init)
      await eventually(() => expect(descendants(init)).toHaveLength(2))
      const { code, stdout } = await container.exec('sexton', 'tree')
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.not.stringContaining('zombie'),
      })
      await eventually(() => expect(of(container, 'reaped')).toHaveLength(SHELLS * EACH))
      await leave(container)
      expect(await container.stop('--time', TIME)).toBeLessThan(SOON)
      expect(await container.ended).toMatchObject({ code: 23 })
      const killed = of(container, 'killed').map(({ signal }) => signal)
      expect(killed).toEqual(Array(EACH).fill('SIGTERM'))
    })

    it('stays without pid1', async () => {
      const container = await startServer({ entrypoint: server, command: [] })
      const init = await container.init()
      await leaveDead(container, init)
      const states = () => descendants(init).map(({ state }) => state)
      await eventually(() => expect(states()).toEqual(Array(SHELLS * EACH).fill('Z')))
      const { stdout } = await container.exec('sexton', 'tree')
      expect(stdout).toContain(`${SHELLS * EACH} zombies are kept by 1 (`)
      expect(states()).toHaveLength(SHELLS * EACH)
      await container.stop('--time', TIME)
      expect(await container.ended).toMatchObject({ code: 23 })
    })
  })
})
