import { readdirSync, readlinkSync } from 'node:fs'
import { signalName } from '../../../lib/system/signal-names.js'
import type { Case, Topic } from './case.js'
import { comes, kill, python, type Scene } from './scene.js'
import { modes } from './subject.js'

const same = { tini: 'same', 'dumb-init': 'same', catatonit: 'same' } as const
const both = [modes.pid1, modes.plain, modes.subreaper]

/** What the shell makes before it becomes the init. */
const after = (script: string) => ['sh', '-c', `${script} "$@"`, 'sh']

/** What the command prints, when it is started through this. */
const prints = (prefix: readonly string[], ...command: string[]) => {
  return async (scene: Scene) => (await scene.run(command, { prefix })).stdout.trim()
}

const BYTES = ['caf\xe9', '', '\xff\x80', 'two words', '--help', '-s']
const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex')
const octal = BYTES.map((text) => {
  const bytes = [...Buffer.from(text, 'latin1')].map((byte) => `\\${byte.toString(8)}`)
  return `"$(printf '${bytes.join('')}')"`
})

async function argumentBytes(scene: Scene): Promise<string> {
  const show = 'import os, sys; print(*[os.fsencode(a).hex() for a in sys.argv[1:]], sep=",")'
  const prefix = ['sh', '-c', `exec "$@" ${octal.join(' ')}`, 'sh']
  const { stdout } = await scene.run([python, '-c', show], { prefix })
  return stdout.trim() === BYTES.map(hex).join(',') ? 'the same bytes' : stdout.trim()
}

const VARIABLES = ['FOO-BAR=1', 'a.b=2', '1=3', 'EMPTY=', 'RAW=\xe9=\xff', 'LINES=x\ny']

async function environmentBytes(scene: Scene): Promise<string> {
  const words = VARIABLES.map((text) => {
    const bytes = [...Buffer.from(text, 'latin1')].map((byte) => `\\${byte.toString(8)}`)
    return `"$(printf '${bytes.join('')}')"`
  })
  const prefix = ['sh', '-c', `exec env -i ${words.join(' ')} "$@"`, 'sh']
  const { stdout } = await scene.run(['/bin/cat', '/proc/self/environ'], { prefix })
  const got = stdout.split('\0').slice(0, -1)
  const lost = VARIABLES.filter((variable) => !got.includes(variable))
  const added = got.filter((variable) => !VARIABLES.includes(variable))
  if (lost.length + added.length === 0) return 'the same bytes, no more and no less'
  return `lost ${JSON.stringify(lost)}, added ${JSON.stringify(added)}`
}

/** A mask of `/proc/PID/status`, by the names of its signals. */
async function signalMask(scene: Scene, field: string, prefix: readonly string[]): Promise<string> {
  const { stdout } = await scene.run(['grep', `^${field}`, '/proc/self/status'], { prefix })
  const mask = BigInt(`0x${/[0-9a-f]{16}/.exec(stdout)?.[0]}`)
  const numbers = Array.from({ length: 64 }, (_, i) => i + 1)
  const names = numbers.filter((number) => (mask >> BigInt(number - 1)) & 1n).map(signalName)
  return names.map((name) => name.slice(3)).join(' ') || 'none'
}

const blocking = (...names: string[]) => {
  const set = names.map((name) => `signal.SIG${name}`).join(', ')
  const script = `import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [${set}])
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])`
  return [python, '-c', script]
}

/** Which pid the command is told that the sockets are for, where the init was told that they are its. */
async function listenPid(scene: Scene): Promise<string> {
  const script = 'echo "$LISTEN_PID $$ $PPID"; :'
  const prefix = after('export LISTEN_PID=$$ LISTEN_FDS=1; exec')
  const { stdout } = await scene.run(['sh', '-c', script], { prefix })
  const [told, command, init] = stdout.trim().split(' ')
  return told === command ? 'the command' : told === init ? 'the init' : `neither: ${stdout}`
}

// Descriptor 9 is a pipe.
const piping = `import os, sys
os.dup2(os.pipe()[0], 9)
os.execvp(sys.argv[1], sys.argv[1:])`

const beyond = `import os, resource, sys
os.dup2(os.open("/etc/passwd", os.O_RDONLY), 150)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 120))
os.execvp(sys.argv[1], sys.argv[1:])`

/** Whether the init itself keeps a pipe open that the command has let go. */
async function inheritedPipe(scene: Scene): Promise<string> {
  const script = 'readlink /proc/self/fd/9; exec 9>&-; echo ready; exec sleep 1000'
  return letsGo(scene, script, [python, '-c', piping])
}

async function standardOutput(scene: Scene): Promise<string> {
  const script = 'out=$(readlink /proc/$$/fd/1); exec 1>&-; echo "$out\nready" >&2; exec sleep 1000'
  return letsGo(scene, script, [])
}

async function letsGo(scene: Scene, script: string, prefix: readonly string[]): Promise<string> {
  const running = await scene.start(['sh', '-c', script], { prefix })
  const [pipe] = await running.printed(/(pipe|socket):\[\d+\](?=\nready)/)
  const isOpen = () => openFiles(running.pid).includes(pipe)
  const free = await comes(scene.expected.includes('lets'), () => !isOpen())
  kill(running.pid, 'SIGTERM')
  await running.ended
  return free ? 'the init lets go of it' : 'the init holds it'
}

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      return '' // closed meanwhile
    }
  })
}

const holds = { sees: 'the init holds it', better: 'the reader of the pipe sees its end' }

const cases: Case[] = [
  {
    title: 'Arguments that are not UTF-8, are empty, or look like options',
    shows: ['P5'],
    modes: both,
    observe: argumentBytes,
    pid1: 'the same bytes',
    ...same,
  },
  {
    title: 'Variables: names that are not identifiers, values that are not UTF-8',
    modes: both,
    observe: environmentBytes,
    pid1: 'the same bytes, no more and no less',
    ...same,
  },
  {
    title: 'Working directory',
    observe: prints(after('cd /usr/share; exec'), 'pwd'),
    pid1: '/usr/share',
    ...same,
  },
  {
    title: 'File mode mask',
    observe: prints(after('umask 027; exec'), 'sh', '-c', 'umask'),
    pid1: '0027',
    ...same,
  },
  {
    title: 'An open descriptor 7',
    observe: prints(['sh', '-c', 'exec "$@" 7</etc/passwd', 'sh'], 'readlink', '/proc/self/fd/7'),
    pid1: '/etc/passwd',
    ...same,
  },
  {
    title: 'An open descriptor 150, beyond a limit that was set later',
    observe: prints([python, '-c', beyond], 'readlink', '/proc/self/fd/150'),
    pid1: '/etc/passwd',
    ...same,
  },
  {
    title: 'A pipe that the command closes',
    shows: ['T12'],
    modes: [modes.plain, modes.subreaper],
    observe: inheritedPipe,
    pid1: 'the init lets go of it',
    tini: holds,
    'dumb-init': holds,
    catatonit: 'same',
  },
  {
    title: 'A pipe at standard output that the command closes',
    shows: ['T12'],
    modes: [modes.plain, modes.subreaper],
    observe: standardOutput,
    pid1: 'the init lets go of it',
    tini: holds,
    'dumb-init': holds,
    catatonit: holds,
  },
  {
    title: 'Limit of open files (soft 100, hard 200)',
    modes: both,
    observe: prints(['prlimit', '--nofile=100:200'], 'sh', '-c', 'ulimit -Sn; ulimit -Hn'),
    pid1: '100\n200',
    ...same,
  },
  {
    title: 'Blocked signals: none',
    shows: ['C1'],
    modes: both,
    observe: (scene) => signalMask(scene, 'SigBlk', []),
    pid1: 'none',
    tini: 'same',
    'dumb-init': 'same',
    catatonit: { sees: 'TSTP TTIN TTOU', better: 'the command starts as it would without an init' },
  },
  {
    title: 'Blocked signals: SIGUSR1 and SIGRTMIN+6',
    observe: (scene) => signalMask(scene, 'SigBlk', blocking('USR1', 'RTMIN + 6')),
    pid1: 'USR1 RTMIN+6',
    tini: 'same',
    'dumb-init': { sees: 'none', better: 'the command starts as it would without an init' },
    catatonit: {
      sees: 'USR1 TSTP TTIN TTOU RTMIN+6',
      better: 'the command starts as it would without an init',
    },
  },
  {
    title: 'Ignored signals, as by `nohup`',
    shows: ['D8'],
    modes: both,
    observe: (scene) => signalMask(scene, 'SigIgn', after('trap "" HUP USR2; exec')),
    pid1: 'HUP USR2',
    tini: 'same',
    'dumb-init': { sees: 'none', better: '`nohup` works' },
    catatonit: 'same',
  },
  {
    title: '`LISTEN_PID` names',
    modes: [modes.pid1, modes.plain, modes.subreaper],
    observe: listenPid,
    pid1: 'the command',
    tini: { sees: 'the init', better: 'the command takes the sockets that systemd passes to it' },
    'dumb-init': {
      sees: 'the init',
      better: 'the command takes the sockets that systemd passes to it',
    },
    catatonit: 'same',
  },
  {
    title: 'Standard output of a verbose init',
    shows: ['T4'],
    options: { tini: ['-vvv'], 'dumb-init': ['-v'], catatonit: [], pid1: ['-vvv'] },
    observe: async (scene) => {
      const { stdout } = await scene.run(['echo', 'one'], { env: { CATATONIT_DEBUG: '1' } })
      return stdout === 'one\n' ? 'the command’s alone' : 'mixed with the init’s'
    },
    pid1: 'the command’s alone',
    tini: { sees: 'mixed with the init’s', better: 'the output can be piped to another program' },
    'dumb-init': 'same',
    catatonit: 'same',
  },
]

export const environment: Topic = { title: 'Environment', cases }
