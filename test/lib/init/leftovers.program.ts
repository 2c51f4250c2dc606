import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { descendants } from 'sexton'
import { hear } from '../../inside.js'

// These run with sexton/init, and print what becomes of each process that they leave.

const tellEach = () => hear('sexton:left', ({ name, outcome }) => console.log(name, outcome))

/** Starts a shell that prints a line when it is ready, and gives that line. */
async function started(script: string, options: SpawnOptions = {}): Promise<string> {
  const child = spawn('sh', ['-c', script], { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const stdout = child.stdout as NonNullable<typeof child.stdout>
  const [line] = await once(stdout, 'data')
  stdout.destroy()
  return String(line).trim()
}

const SLEEPER = 'echo; exec sleep 1000'
const STUBBORN = 'trap "" TERM; echo $$; while :; do sleep 1000; done'

export async function leaveAllKinds() {
  tellEach()
  await started(SLEEPER)
  await started(SLEEPER, { detached: true })
  await started('sleep 1000 >/dev/null & echo; exit 0') // an orphan
  await started('exec setsid sh -c "echo; exec sleep 1000"')
  process.exit(3)
}

export async function leaveStubborn(code: number) {
  tellEach()
  await started(STUBBORN)
  process.exitCode = code
  process.exit()
}

export async function leaveStubbornWithSleeper() {
  tellEach()
  await started(STUBBORN)
  // Until its child has become a `sleep`.
  while (!descendants().some(({ name }) => name === 'sleep')) await new Promise(setImmediate)
  process.exit()
}

export async function leaveSleeper() {
  tellEach()
  await started(SLEEPER)
  process.exit()
}

export async function leaveStopped() {
  tellEach()
  const script = 'trap "echo good >&2; exit" TERM; echo $$; while :; do sleep 0.01; done'
  process.kill(Number(await started(script)), 'SIGSTOP')
  process.exit()
}

export function endBy(how: 'itself' | 'error' | 'exit') {
  tellEach()
  spawn('sleep', ['1000'], { stdio: 'ignore' }).unref()
  if (how === 'error') throw new Error('thrown')
  if (how === 'exit') process.exit(3)
}

/** Tells in one line: a pipe that nobody reads yet takes fewer than three hundred. */
export async function leaveHundreds() {
  const told: string[] = []
  hear('sexton:left', ({ outcome }) => told.push(outcome))
  await started(
    'i=0; while [ $i -lt 300 ]; do sleep 1000 >/dev/null & i=$((i+1)); done; echo; exit',
  )
  process.on('exit', () => process.stdout.write(JSON.stringify(told)))
  process.exit()
}

export async function leaveBearer() {
  tellEach()
  await started('trap "sleep 1000 >/dev/null & exit" TERM; echo; while :; do sleep 0.01; done')
  process.exit()
}

export function useUpDescriptors() {
  tellEach()
  console.log(spawn('sleep', ['1000'], { stdio: 'ignore' }).pid) // after its exec
  for (;;) openSync('/dev/null', 'r')
}

export async function becomeNobody() {
  tellEach()
  console.log(await started('echo $$; exec sleep 1000 2>&-'))
  process.setuid?.(65534)
  process.exit(3)
}
