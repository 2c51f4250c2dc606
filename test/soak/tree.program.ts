import { readFileSync } from 'node:fs'
import { runJob, type SextonError, spawn } from 'sexton'
import { firstLine, killKeeperOf, startAnother } from './other-node.js'
import { tell } from './stories.js'

// Jobs of the level `tree`, for a machine of another architecture.

// Each goes on when all of its processes are there.
const PAIR = 'sleep 1000 & echo up; exec sleep 1000'
const SCRIPTS = {
  nothing: 'true',
  session: 'setsid sleep 1000 &',
  daemon: `(setsid sh -c "${PAIR}" &) | read up`,
  stubborn: `(trap "" TERM HUP INT; (${PAIR}) &) | read up`,
  stopped: 'sh -c "kill -STOP \\$\\$" &',
}

/** The outcomes of what a command leaves. */
async function outcomesOf(script: string): Promise<string[]> {
  const { status, survivors } = await runJob('sh', ['-c', script], {
    ...{ grace: 300, stdio: 'ignore', reject: false },
  })
  return [status.toString(), ...survivors.map(({ outcome }) => outcome)]
}

/** The command and what it has left, for each way to leave something. */
async function endings() {
  const facts: Record<string, string[]> = {}
  for (const [name, script] of Object.entries(SCRIPTS)) facts[name] = await outcomesOf(script)
  return facts
}

// The exit code of a Node whose keeper was killed.
const KEEPER_KILLED = 3

/** A job that goes on until somebody kills its Node, or its keeper. */
export async function stay(): Promise<void> {
  await runJob('sh', ['-c', `${SCRIPTS.stubborn}; ${SCRIPTS.daemon}; echo up; exec sleep 1000`], {
    ...{ grace: 200, reject: false, stdio: ['ignore', 1, 2] },
  }).catch(({ code }: SextonError) => {
    process.exitCode = code === 'ERR_SYSTEM' ? KEEPER_KILLED : 1
  })
}

/** Kills the Node of a job, or the keeper. */
async function kill(whom: 'node' | 'keeper') {
  const node = startAnother('stay', [])
  await firstLine(node)
  if (whom === 'node') node.kill('SIGKILL')
  else killKeeperOf(node)
  const { code, signal } = await node.exited
  return { code, signal }
}

async function timeout() {
  const { endedBy, status, durationMs } = await runJob('sleep', ['1000'], {
    ...{ timeout: 500, reject: false },
  })
  return { endedBy, signal: status.signal, inTime: durationMs >= 500 }
}

const COMMANDS = {
  exit: ['--', 'sh', '-c', 'exit 7'],
  timeout: ['--timeout', '500ms', '--', 'sleep', '1000'],
  leak: ['--fail-on-leak', '--', 'sh', '-c', SCRIPTS.daemon],
  missing: ['--', '/no/such'],
}

async function commandLine() {
  const codes: Record<string, number | null> = {}
  for (const [name, words] of Object.entries(COMMANDS)) {
    const { exited } = spawn('node', ['dist/cli/sexton.js', 'run', ...words], { stdio: 'ignore' })
    codes[name] = (await exited).code
  }
  return codes
}

const STORIES = {
  machine: async () => ({
    arch: process.arch,
    release: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
  }),
  endings,
  timeout,
  nodeKilled: () => kill('node'),
  keeperKilled: () => kill('keeper'),
  commandLine,
}

export const main = () => tell(STORIES)
export type TreeStories = typeof STORIES
