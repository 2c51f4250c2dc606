import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { Keeper } from '../../../lib/keeper/keeper.js'
import { encodeEnvironment } from '../../../lib/spawn/environment.js'
import { encodeArguments, encodeFiles } from '../../../lib/spawn/strings.js'
import { readStat } from '../../../lib/system/proc.js'
import type { ProcessStat } from '../../../lib/system/proc-formats.js'
import { MARK } from './marked.js'

// Programs that start a job and then end, or are ended.

const SCRIPT = 'trap "" TERM; (setsid sleep 1000 &); (sleep 1000 &); echo ready; sleep 1001'

function start(timeout: number, script = SCRIPT): Keeper {
  const env = encodeEnvironment(undefined, false, [])
  return Keeper.start(
    {
      strings: {
        env,
        naming: false,
        files: encodeFiles('/bin/sh', env),
        argv: encodeArguments('sh', ['-c', script]),
        cwd: undefined,
      },
      options: { rlimits: new Float64Array() },
      fds: Int32Array.of(-1, 2, 2),
    },
    { leftovers: 'end', killSignal: 15, grace: 100, timeout },
  )
}

/** Starts a job, prints the keeper's pid, and stays. */
export async function stay(timeout: number | null): Promise<void> {
  const keeper = start(timeout ?? Number.POSITIVE_INFINITY)
  await keeper.started
  console.log(keeper.pid)
  await keeper.ended
}

/** Starts a job and a copy of `cat`, which holds the socket to the keeper for as long as standard input is open. */
export async function share(): Promise<void> {
  const keeper = start(Number.POSITIVE_INFINITY)
  await keeper.started
  const sockets = readdirSync('/proc/self/fd').filter((fd) => isSocket(`/proc/self/fd/${fd}`))
  if (sockets.length === 0) throw new Error('there is no socket')
  const { [MARK]: _, ...env } = process.env
  spawn('cat', { stdio: ['inherit', 'ignore', 'ignore', ...sockets.map(Number)], env })
  await keeper.ended
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    return false // the descriptor of the folder
  }
}

/** Starts a job, and aborts. */
export async function abort(): Promise<void> {
  const keeper = start(Number.POSITIVE_INFINITY)
  await keeper.started
  process.abort()
}

/** Starts a job, and exits although it runs. */
export async function leave(): Promise<void> {
  const keeper = start(Number.POSITIVE_INFINITY)
  await keeper.started
  keeper.unref()
}

/** Starts a job in a worker, which is terminated. The main thread stays. */
export async function terminate(): Promise<number | undefined> {
  if (!isMainThread) {
    const keeper = start(Number.POSITIVE_INFINITY)
    await keeper.started
    parentPort?.postMessage(keeper.pid)
    await keeper.ended
    return undefined
  }
  const worker = new Worker(process.argv[1] as string, { argv: process.argv.slice(2) })
  const [pid] = await once(worker, 'message')
  await worker.terminate()
  return pid
}

/** Runs a job to its end, while a process of the same process group as this one is stopped. */
export async function endBesideStopped(): Promise<void> {
  const stopped = spawn('sh', ['-c', 'kill -STOP $$'])
  while (readStat(stopped.pid as number)?.state !== 'T')
    await new Promise((go) => setTimeout(go, 5))
  await start(Number.POSITIVE_INFINITY, 'exit 0').ended
  stopped.kill('SIGKILL')
  await once(stopped, 'exit')
}

/** Starts a job whose descendant starts jobs of its own, `depth` in all, and prints "ready" by the last. */
export async function nest(depth: number): Promise<void> {
  if (depth === 0) {
    console.error('ready')
    await new Promise((resolve) => setTimeout(resolve, 1_000_000))
  }
  const words = [process.execPath, ...process.argv.slice(1, 4), JSON.stringify([depth - 1])]
  const keeper = start(Number.POSITIVE_INFINITY, words.map((word) => `'${word}'`).join(' '))
  await keeper.ended
}

/** Starts a job with a daemon that is kept, and perhaps released, and says so when the rest has ended. */
export async function keepOne(release: boolean): Promise<void> {
  const keeper = start(Number.POSITIVE_INFINITY, '(setsid sleep 1000 &); exec sleep 2000')
  const command = await keeper.started
  const isDaemon = ({ session, pid, name }: ProcessStat) =>
    session === pid && pid !== command && name === 'sleep'
  while (!keeper.processes().some(isDaemon)) await new Promise((go) => setTimeout(go, 5))
  for (const { pid, startTime } of keeper.processes().filter(isDaemon)) keeper.keep(pid, startTime)
  if (release) keeper.release()
  keeper.end(77)
  await keeper.ended
  console.error('ready')
  await new Promise((go) => setTimeout(go, 1_000_000))
}

/** Runs some jobs, one after the other, and gives the exit codes of their commands. */
export async function exitCodes(count: number): Promise<(number | null)[]> {
  const codes: (number | null)[] = []
  for (let i = 0; i < count; i += 1) {
    const keeper = start(Number.POSITIVE_INFINITY, 'exit 0')
    codes.push((await keeper.exited).code)
    await keeper.ended
  }
  return codes
}

/** Runs a job that lets this process open no file, stops its keeper, and fails if that stays so for 5 seconds. */
export async function starve(): Promise<number | null> {
  const keeper = start(
    Number.POSITIVE_INFINITY,
    `limit=$(prlimit --pid ${process.pid} --nofile --raw --noheadings --output SOFT,HARD | tr ' ' :)
    prlimit --pid ${process.pid} --nofile=1:
    kill -STOP $PPID
    for i in $(seq 500); do
      grep -q '^State:.T' /proc/$PPID/status || break
      sleep 0.01
    done
    prlimit --pid ${process.pid} --nofile=$limit
    [ $i -lt 500 ]`,
  )
  const { code } = await keeper.exited
  await keeper.ended
  return code
}
