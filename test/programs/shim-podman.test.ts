import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readName } from '../../lib/system/proc.js'
import { lacks, lacksRoot } from '../needs.js'
import { patience, sized } from '../pace.mjs'
import { type Outcome, root } from '../program.js'
import { Podman } from './podman.js'
import { type Running, start } from './running.js'

const terminal = fileURLToPath(new URL('fixtures/terminal.py', import.meta.url))
const shim = [join(root, 'dist/cli/sexton-shim.js'), '--compat', 'conmon']

interface Call {
  /** What is typed or piped into it. */
  input?: string
  /** A command in front. */
  prefix?: readonly string[]
}

/** podman on one conmon, and the commands of a story on it. */
class Scene {
  readonly #podman: Podman
  #names = 0

  constructor(shim?: readonly string[]) {
    this.#podman = new Podman(['busybox'], shim)
  }

  /** Starts a command of podman. */
  begin(words: readonly string[], { input, prefix = [] }: Call = {}): Running {
    const [name = '', ...rest] = words
    const running = start([...prefix, ...this.#podman.command(name, ...rest)], 'pipe')
    running.stdin?.on('error', () => {}) // it has ended before it read all
    if (input === undefined) running.stdin?.end()
    else if (prefix.includes(terminal)) running.stdin?.write(input)
    else running.stdin?.end(input)
    return running
  }

  /** Runs a command of podman to its end. */
  async call(words: readonly string[], options?: Call): Promise<Outcome> {
    const { directory } = this.#podman
    const { stdout, stderr, ...end } = await this.begin(words, options).ended
    return { ...end, stdout, stderr: stderr.replaceAll(directory, '') }
  }

  /** Runs one, and gives what it printed. */
  async text(...words: string[]): Promise<string> {
    return (await this.call(words)).stdout.trim()
  }

  /** Runs a script in a container. */
  run(script: string, options: readonly string[] = ['--rm'], call?: Call): Promise<Outcome> {
    return this.call(['run', ...options, ...this.shell(script)], call)
  }

  /** Starts a container that goes on in the background, and gives its name. */
  async detached(script: string, ...options: string[]): Promise<string> {
    this.#names += 1
    const name = `container-${this.#names}`
    const { code, stderr } = await this.run(script, ['-d', '--name', name, ...options])
    if (code !== 0) throw new Error(stderr)
    return name
  }

  /** The words that make a script of the image the command. */
  shell(script: string): string[] {
    return [...this.#podman.rootfs('busybox'), 'sh', '-c', script]
  }

  close(): Promise<void> {
    return this.#podman.close()
  }
}

type Story = (scene: Scene) => Promise<unknown>

const LASTING = 'trap "exit 9" TERM; echo one; echo two >&2; while :; do sleep 0.05; done'
// busybox refuses the size 0 0, which a terminal has until podman's request for another one arrives.
const SIZE = 'until busybox stty size 2>/dev/null; do sleep 0.05; done'
const ON_TERMINAL = { prefix: ['python3', terminal, '100', '30'] }
const inputSize = sized(3_000_000, 1_000_000)
const input = 'All of it, and in order. '.repeat(inputSize / 25)
const digest = (text: string) => createHash('sha256').update(text).digest('hex')

/** By name: the story, and how it ends. Both conmons must tell the same. */
const STORIES: Readonly<Record<string, [story: Story, expected: unknown]>> = {
  'run passes on the output and the exit code': [
    (scene) => scene.run('echo out; echo err >&2; exit 3'),
    { code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' },
  ],
  'run of a command that is missing says so': [
    (scene) => scene.call(['run', '--rm', ...scene.shell(':').slice(0, 2), 'bahs']),
    { code: 127, stdout: '', stderr: expect.stringContaining('exec: "bahs": executable file not') },
  ],
  'run -i passes on all input': [
    async (scene) => {
      const { code, stdout } = await scene.run('exec cat', ['--rm', '-i'], { input })
      return { code, digest: digest(stdout) }
    },
    { code: 0, digest: digest(input) },
  ],
  'run -it has a terminal with a size': [
    (scene) =>
      scene.run(`${SIZE}; read x; echo "got $x"; exit 6`, ['--rm', '-it'], {
        ...ON_TERMINAL,
        input: 'hello\n',
      }),
    { code: 6, stdout: expect.stringMatching(/30 100\r\n(hello\r\n)?got hello\r\n/), stderr: '' },
  ],
  'run passes a signal on': [
    async (scene) => {
      const script = 'trap "exit 11" INT; echo ready; while :; do sleep 0.05; done'
      const running = scene.begin(['run', '--rm', ...scene.shell(script)])
      await running.printed('ready')
      process.kill(running.pid, 'SIGINT')
      return (await running.ended).code
    },
    11,
  ],
  'run --timeout kills': [
    (scene) => scene.run('sleep 1000', ['--rm', '--timeout', '1']),
    { code: 255 },
  ],
  'run --preserve-fds passes on a descriptor': [
    (scene) =>
      scene.run('cat <&3', ['--rm', '--preserve-fds', '1'], {
        prefix: ['sh', '-c', 'echo three | { exec 3<&0; exec "$@" </dev/null; }', 'sh'],
      }),
    { code: 0, stdout: 'three\n', stderr: '' },
  ],
  'run --log-driver passthrough writes to its own streams': [
    (scene) => scene.run('echo out; echo err >&2', ['--rm', '--log-driver', 'passthrough']),
    { code: 0, stdout: 'out\n', stderr: 'err\n' },
  ],
  'run --log-opt max-size keeps the last lines': [
    async (scene) => {
      const script = 'for i in $(busybox seq 200); do echo line $i; done'
      const options = ['--name', 'small', '--log-opt', 'max-size=2kb']
      await scene.run(script, options)
      const lines = (await scene.text('logs', 'small')).split('\n')
      return { few: lines.length < 100, last: lines.at(-1) }
    },
    { few: true, last: 'line 200' },
  ],
  'logs gives both streams, and logs -f follows': [
    async (scene) => {
      const script =
        'echo one; echo two >&2; while [ ! -e /tmp/go ]; do sleep 0.05; done; echo three'
      const name = await scene.detached(script)
      const following = scene.begin(['logs', '-f', name])
      await following.printed('one')
      await scene.call(['exec', name, 'sh', '-c', ': >/tmp/go'])
      const { code, stdout } = await following.ended
      const { stdout: out, stderr: err } = await scene.call(['logs', name])
      return { code, followed: stdout, out, err }
    },
    { code: 0, followed: 'one\nthree\n', out: 'one\nthree\n', err: 'two\n' },
  ],
  'exec runs a command, a wrong one, one with input and one on a terminal': [
    async (scene) => {
      const name = await scene.detached(LASTING)
      const exec = (options: string[], words: string[], call?: Call) =>
        scene.call(['exec', ...options, name, ...words], call)
      const plain = await exec([], ['sh', '-c', 'echo out; echo err >&2; exit 5'])
      const wrong = await exec([], ['bahs'])
      const piped = await exec(['-i'], ['cat'], { input })
      const script = `${SIZE}; busybox tty; exit 4`
      const typed = await exec(['-it'], ['sh', '-c', script], { ...ON_TERMINAL, input: '' })
      await exec(['-d'], ['sh', '-c', 'echo made >/tmp/made'])
      const until = 'until [ -s /tmp/made ]; do sleep 0.05; done; cat /tmp/made'
      const made = await exec([], ['sh', '-c', until])
      return { plain, wrong, piped: digest(piped.stdout), typed, made: made.stdout }
    },
    {
      plain: { code: 5, signal: null, stdout: 'out\n', stderr: 'err\n' },
      wrong: { code: 127, stderr: expect.stringContaining('exec: "bahs": executable file not') },
      piped: digest(input),
      typed: { code: 4, stdout: expect.stringMatching(/^30 100\r\n\/dev\/pts\/\d+\r\n$/) },
      made: 'made\n',
    },
  ],
  'top and inspect show a container that runs, beside its conmon': [
    async (scene) => {
      const name = await scene.detached(LASTING)
      const top = (await scene.text('top', name, 'pid', 'comm')).split('\n')
      const format = '{{.State.Status}} {{.State.ConmonPid}}'
      const [status, conmon] = (await scene.text('inspect', '-f', format, name)).split(' ')
      return { top: top.slice(0, 2), status, conmon: readName(Number(conmon)) }
    },
    {
      top: [expect.stringMatching(/^PID +COMMAND$/), expect.stringMatching(/^1 +sh$/)],
      status: 'running',
      conmon: 'conmon',
    },
  ],
  'stop ends a container, and wait has its code': [
    async (scene) => {
      const name = await scene.detached(LASTING)
      const waiting = scene.call(['wait', name])
      const stopped = await scene.call(['stop', '-t', String(patience(10)), name])
      const state = await scene.text('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', name)
      return { stopped: stopped.code, waited: (await waiting).stdout, state }
    },
    { stopped: 0, waited: '9\n', state: 'exited 9' },
  ],
  'kill ends a container at once': [
    async (scene) => {
      const name = await scene.detached(LASTING)
      await scene.call(['kill', name])
      return scene.text('wait', name)
    },
    '137',
  ],
  'create and start -a run a container, and once more': [
    async (scene) => {
      const script = 'echo out; echo err >&2; exit 8'
      const made = await scene.call(['create', '--name', 'made', ...scene.shell(script)])
      const status = await scene.text('inspect', '-f', '{{.State.Status}}', 'made')
      const first = await scene.call(['start', '-a', 'made'])
      const second = await scene.call(['start', '-a', 'made'])
      return { made: made.code, status, first, second, logs: await scene.text('logs', 'made') }
    },
    {
      ...{ made: 0, status: 'created', logs: 'out\nout' },
      first: { code: 8, signal: null, stdout: 'out\n', stderr: 'err\n' },
      second: { code: 8, signal: null, stdout: 'out\n', stderr: 'err\n' },
    },
  ],
  'attach passes on input and output, to the end of the container': [
    async (scene) => {
      const name = await scene.detached('exec cat', '-i')
      const attached = await scene.call(['attach', name], { input: 'hello\n' })
      return { attached, code: await scene.text('wait', name) }
    },
    { attached: { code: 0, stdout: expect.stringMatching(/^hello\n+$/), stderr: '' }, code: '0' },
  ],
  'rm -f removes a container that runs': [
    async (scene) => {
      const name = await scene.detached(LASTING)
      const removed = await scene.call(['rm', '-f', '-t', '0', name])
      return { removed: removed.code, left: (await scene.call(['inspect', name])).code }
    },
    { removed: 0, left: 125 },
  ],
}

describe.skipIf(lacks('podman', 'runc', 'conmon', 'busybox') || lacksRoot())(
  "podman on sexton-shim does what it does on Debian's conmon:",
  () => {
    let [theirs, ours]: Scene[] = []
    beforeAll(() => {
      theirs = new Scene()
      ours = new Scene(shim)
    })
    afterAll(async () => {
      await theirs?.close()
      await ours?.close()
    })

    it.each(Object.entries(STORIES))('%s', async (_, [story, expected]) => {
      const [told, own] = [await story(theirs as Scene), await story(ours as Scene)]
      expect({ told }).toMatchObject({ told: expected })
      expect({ told: own }).toMatchObject({ told: expected })
    })

    it('tells of a kill for want of memory, where conmon 2.1 does not', async () => {
      const script =
        'x=$(busybox head -c 100000000 /dev/zero | busybox tr "\\0" x); echo $x | busybox wc -c'
      const { code } = await (ours as Scene).run(script, ['--name', 'greedy', '-m', '16m'])
      const format = '{{.State.OOMKilled}}'
      const killed = await (ours as Scene).text('inspect', '-f', format, 'greedy')
      expect({ code, killed }).toEqual({ code: 137, killed: 'true' })
    })
  },
)
