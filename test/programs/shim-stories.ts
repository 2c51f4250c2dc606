import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect } from 'vitest'
import { readName } from '../../lib/system/proc.js'
import { DatagramServer } from '../lib/shim/datagrams.js'
import { temporaryFolder } from '../lib/system/folder.js'
import { patience, sized } from '../pace.mjs'
import type { Outcome } from '../program.js'
import { type Call, type Scene, terminal } from './shim-scene.js'

/** What is seen in words, for the table; the story; and how it ends. */
type Story = [seen: string, story: (scene: Scene) => Promise<unknown>, expected: unknown]

const LASTING = 'trap "exit 9" TERM; echo one; echo two >&2; while :; do sleep 0.05; done'
// A terminal has the size 0 0 until podman's request for another one arrives. busybox prints nothing then, and exits
// with 0.
const SIZE =
  'until size=$(busybox stty size 2>/dev/null) && [ "$size" ]; do sleep 0.05; done; echo "$size"'
const ON_TERMINAL = { prefix: ['python3', terminal, '100', '30'] }
const inputSize = sized(3_000_000, 1_000_000)
const input = 'All of it, and in order. '.repeat(inputSize / 25)
const digest = (text: string) => createHash('sha256').update(text).digest('hex')

/** Types on a terminal: a text at once, and a line when this was printed. The command waits for it, and exits. */
async function typed(scene: Scene, words: string[], text: string, last: string): Promise<Outcome> {
  const running = scene.begin(words, { ...ON_TERMINAL, input: text })
  // conmon may lose what is written just before the exit.
  await running.printed(last)
  running.stdin?.write('\n')
  return running.ended
}

/** By name, what podman does on both conmons alike. */
export const STORIES: Readonly<Record<string, Story>> = {
  'run passes on the output and the exit code': [
    'exit code 3, both streams apart',
    (scene) => scene.run('echo out; echo err >&2; exit 3'),
    { code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' },
  ],
  'run of a command that is missing says so': [
    "exit code 127, in runc's own words",
    (scene) => scene.call(['run', '--rm', ...scene.shell(':').slice(0, 2), 'bahs']),
    { code: 127, stdout: '', stderr: expect.stringContaining('exec: "bahs": executable file not') },
  ],
  'run -i passes on all input': [
    'all of it, in order',
    async (scene) => {
      const { code, stdout } = await scene.run('exec cat', ['--rm', '-i'], { input })
      return { code, digest: digest(stdout) }
    },
    { code: 0, digest: digest(input) },
  ],
  'run -it has a terminal with a size': [
    'the size, the echo and the exit code',
    (scene) => {
      const script = `${SIZE}; read x; echo "got $x"; read x; exit 6`
      return typed(scene, ['run', '--rm', '-it', ...scene.shell(script)], 'hello\n', 'got hello')
    },
    { code: 6, stdout: expect.stringMatching(/30 100\r\n(hello\r\n)?got hello\r\n/), stderr: '' },
  ],
  'run passes a signal on': [
    "the container's own code",
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
    'exit code 255',
    (scene) => scene.run('sleep 1000', ['--rm', '--timeout', '1']),
    { code: 255 },
  ],
  'run --preserve-fds passes on a descriptor': [
    'the container reads it',
    (scene) =>
      scene.run('cat <&3', ['--rm', '--preserve-fds', '1'], {
        prefix: ['sh', '-c', 'echo three | { exec 3<&0; exec "$@" </dev/null; }', 'sh'],
      }),
    { code: 0, stdout: 'three\n', stderr: '' },
  ],
  'run --log-driver passthrough writes to its own streams': [
    'both streams apart',
    (scene) => scene.run('echo out; echo err >&2', ['--rm', '--log-driver', 'passthrough']),
    { code: 0, stdout: 'out\n', stderr: 'err\n' },
  ],
  'run --log-opt max-size keeps the last lines': [
    'the last lines, and few',
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
    'all lines, and the end',
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
    'exit codes 5, 127, 0 and 4, and all output',
    async (scene) => {
      const name = await scene.detached(LASTING)
      const exec = (options: string[], words: string[], call?: Call) =>
        scene.call(['exec', ...options, name, ...words], call)
      const plain = await exec([], ['sh', '-c', 'echo out; echo err >&2; exit 5'])
      const wrong = await exec([], ['bahs'])
      const piped = await exec(['-i'], ['cat'], { input })
      const script = `${SIZE}; busybox tty; read x; exit 4`
      const typist = await typed(scene, ['exec', '-it', name, 'sh', '-c', script], '', '/dev/pts')
      await exec(['-d'], ['sh', '-c', 'echo made >/tmp/made'])
      const until = 'until [ -s /tmp/made ]; do sleep 0.05; done; cat /tmp/made'
      const made = await exec([], ['sh', '-c', until])
      return { plain, wrong, piped: digest(piped.stdout), typist, made: made.stdout }
    },
    {
      plain: { code: 5, signal: null, stdout: 'out\n', stderr: 'err\n' },
      wrong: { code: 127, stderr: expect.stringContaining('exec: "bahs": executable file not') },
      piped: digest(input),
      typist: { code: 4, stdout: expect.stringMatching(/^30 100\r\n\/dev\/pts\/\d+\r\n(\r\n)?$/) },
      made: 'made\n',
    },
  ],
  'top and inspect show a container that runs, beside its conmon': [
    'its processes, and a pid of that name',
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
    "the container's own code",
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
    'exit code 137',
    async (scene) => {
      const name = await scene.detached(LASTING)
      await scene.call(['kill', name])
      return scene.text('wait', name)
    },
    '137',
  ],
  'create and start -a run a container, and once more': [
    'both outputs and exit codes',
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
    'input, output and the end',
    async (scene) => {
      const name = await scene.detached('exec cat', '-i')
      const attached = await scene.call(['attach', name], { input: 'hello\n' })
      return { attached, code: await scene.text('wait', name) }
    },
    { attached: { code: 0, stdout: expect.stringMatching(/^hello\n+$/), stderr: '' }, code: '0' },
  ],
  'rm -f removes a container that runs': [
    'nothing is left',
    async (scene) => {
      const name = await scene.detached(LASTING)
      const removed = await scene.call(['rm', '-f', '-t', '0', name])
      return { removed: removed.code, left: (await scene.call(['inspect', name])).code }
    },
    { removed: 0, left: 125 },
  ],
  'run --sdnotify container passes READY on to the host': [
    'the message, and not a false main pid',
    async (scene) => {
      const host = join(temporaryFolder(), 'notify')
      const server = new DatagramServer(host)
      const prefix = ['env', `NOTIFY_SOCKET=${host}`]
      const words = ['READY=1', 'MAINPID=1'].join('\n')
      const volume = ['--volume', `${await scene.notifier()}:/notify:ro`]
      const options = ['--rm', '--sdnotify', 'container', ...volume]
      const command = [...scene.shell(':').slice(0, 2), '/notify', words]
      const { code } = await scene.call(['run', ...options, ...command], { prefix })
      const told: string[] = []
      while (!server.isEmpty) told.push(String(await server.next()))
      const pids = told.filter((text) => /^MAINPID=1$/m.test(text))
      return { code, isReady: told.includes('READY=1'), pids }
    },
    { code: 0, isReady: true, pids: [] },
  ],
}
