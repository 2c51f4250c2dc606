import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { descendants, openProcess, spawn, subreaper, waitForExit } from 'sexton'
import { Survivors } from '../../lib/exit/survivors.js'
import { describeSender } from '../../lib/signals/origin.js'
import { hear, startWorker, takeAllDescriptors } from '../inside.js'
import { patience } from '../pace.mjs'

export interface Failure {
  code: string
  errno?: number
  pid?: number
  message: string
}

/** What a call returns, or the error that it throws. */
function told<T>(act: () => T): T | Failure {
  try {
    return act()
  } catch (error) {
    const { code, errno, pid, message } = error as Required<Failure>
    return { code, errno, pid, message }
  }
}

/** The start time of a process that could be opened. */
function opened(pid: number, options: { startTime?: number } = {}) {
  return told(() => {
    const handle = openProcess(pid, options)
    handle[Symbol.dispose]()
    return handle.startTime ?? 'unknown'
  })
}

/** The first lines of a stream, as numbers. */
async function numbers(stream: Readable, count: number): Promise<number[]> {
  const found: number[] = []
  for await (const line of createInterface(stream)) {
    if (found.push(Number(line)) === count) break
  }
  return found
}

/** A shell with children, which it reaps. */
async function family(count: number) {
  const births = `i=0; while [ $i -lt ${count} ]; do sleep 1000 & echo $!; i=$((i+1)); done`
  const script = `${births}; while :; do wait; done`
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  return { shell, pids: await numbers(shell.stdout, count) }
}

/** Blocks the thread, as a tree is read without a pause. */
function until(condition: () => boolean): void {
  for (const end = Date.now() + patience(20_000); !condition() && Date.now() < end; );
}

type AnyFunction = (path: string, ...rest: unknown[]) => unknown
const files = fs as unknown as Record<string, AnyFunction>

/** Calls `before` with each path that is read from now on. */
function beforeEachRead(before: (path: string) => void, ...names: string[]): void {
  for (const name of names) {
    const real = files[name] as AnyFunction
    files[name] = (path, ...rest) => {
      before(path)
      return real(path, ...rest)
    }
  }
  syncBuiltinESMExports()
}

export async function lookWithoutDescriptors() {
  const {
    shell,
    pids: [pid = 0],
  } = await family(45)
  const list = descendants()
  const startTimeOf = (wanted: number) => list.find((one) => one.pid === wanted)?.startTime ?? 0
  const own = startTimeOf(shell.pid)
  const other = startTimeOf(pid)
  opened(pid)
  const held = takeAllDescriptors()
  const outcomes: (boolean | number | Failure)[][] = []
  const is = (expected: number, seen: number | string | Failure) =>
    typeof seen === 'object' ? seen : seen === expected
  for (let free = 0; free < 4; free += 1) {
    outcomes.push([
      is(own, opened(shell.pid, { startTime: own })),
      is(other, opened(pid, { startTime: other })),
      is(other, opened(pid)),
      told(() => descendants().length),
    ])
    fs.closeSync(held.pop() as number)
  }
  for (const fd of held) fs.closeSync(fd)
  for (const { pid } of list) process.kill(pid, 'SIGKILL')
  await shell.exited
  return outcomes
}

export async function lookAtTheHidden() {
  const hidden = Number(process.env.HIDDEN)
  const kids = Array.from({ length: 45 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }))
  const sorted = (list: readonly { pid: number }[]) => list.map(({ pid }) => pid).sort()
  const [first] = descendants()
  const { pid, startTime } = first as { pid: number; startTime: number }
  const gone = opened(4194304, { startTime: 1 })
  const seen = {
    hidden,
    listed: sorted(descendants()).join() === sorted(kids).join(),
    below: told(() => descendants(hidden)),
    checked: opened(hidden, { startTime: 1 }),
    unchecked: opened(hidden),
    gone: typeof gone === 'object' ? gone.code : gone,
    own: opened(pid, { startTime }) === startTime,
    timedOut: await waitForExit(hidden, 300).catch(({ code }) => code),
  }
  for (const kid of kids) kid.kill('SIGKILL')
  await Promise.all(kids.map(({ exited }) => exited))
  return seen
}

export async function lookWithoutProc() {
  const { shell, pids } = await family(45)
  const [pid = 0] = pids
  const seen = {
    tree: told(() => descendants()),
    checked: opened(pid, { startTime: 1 }),
    unchecked: opened(pid),
    own: opened(shell.pid),
    sender: describeSender({ pid: 2, uid: 0, code: 'SI_USER' }),
  }
  const waits = pids.map((pid) => waitForExit(pid, patience(20_000)))
  const handles = pids.map((pid) => openProcess(pid))
  for (const handle of handles) handle.kill('SIGKILL')
  const ended = (await Promise.all(waits)).length
  for (const handle of handles) handle[Symbol.dispose]()
  shell.kill('SIGKILL')
  await shell.exited
  return { ...seen, ended }
}

export function lookWhereThePidsAreEqual() {
  const equal = fs.readlinkSync('/proc/self') === String(process.pid)
  return { equal, tree: told(() => descendants()) }
}

/**
 * A child whose pid is stolen just before the path `at` is read for the first time. In the path, PID stands for
 * the child's pid.
 */
async function victim(at: string) {
  const directory = process.env.FILES as string
  const command = ['test/fixtures/pid-thief.py', 'holder', `${directory}/released`]
  const holder = spawn('python3', command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [pid = 0] = await numbers(holder.stdout, 1)
  fs.writeFileSync(`${directory}/pid`, String(pid))
  const path = at.replaceAll('PID', String(pid))
  const result = { holder, pid, paused: false }
  const exists = fs.existsSync
  beforeEachRead(
    (read) => {
      if (result.paused || read !== path) return
      result.paused = true
      process.kill(holder.pid, 'SIGUSR1')
      until(() => exists(`${directory}/released`))
      process.kill(Number(process.env.THIEF), 'SIGUSR1')
      until(() => exists(`${directory}/stolen`))
    },
    ...['readFileSync', 'readdirSync', 'readlinkSync'],
  )
  return result
}

export async function listDuringTheft(at: string) {
  const stolen = await victim(at)
  const { holder } = stolen
  const list = descendants()
  const strangers = list.filter(({ ppid }) => ppid !== process.pid && ppid !== holder.pid)
  holder.kill('SIGKILL')
  await holder.exited
  return { paused: stolen.paused, strangers }
}

export async function signalDuringTheft(at: string) {
  const stolen = await victim(at)
  const survivors = new Survivors()
  for (const survivor of survivors.look()) survivors.send(survivor, [9], 'killed')
  await stolen.holder.exited
  return stolen.paused
}

/** `childIsListed`: the tree still has the child when its pid is stolen. */
export async function exitDuringTheft(at: string, childIsListed: boolean) {
  const { holder } = await victim(at)
  const named: unknown[] = []
  hear('sexton:left', ({ pid }) => named.push(pid))
  process.on('exit', () => {
    const [child] = fs.readFileSync(`${process.env.FILES}/stolen`, 'utf8').split(' ').map(Number)
    const listed = childIsListed ? [holder.pid, child] : [holder.pid]
    console.log(JSON.stringify([named, listed]))
  })
  process.exit(7)
}

/**
 * Lists three generations below this process. The eldest is ended just before the stat of one of them is read.
 */
export async function listDuringAdoption(generation: 1 | 2) {
  subreaper.enable()
  const script = "echo $$; sh -c 'echo $$; sleep 1000 & echo $!; wait'; true"
  const eldest = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const pids = await numbers(eldest.stdout, 3)
  const real = fs.readFileSync
  const parentOf = (pid: number) =>
    Number(real(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1])
  let paused = false
  beforeEachRead((path) => {
    if (paused || path !== `/proc/${pids[generation]}/stat`) return
    paused = true
    process.kill(pids[0] as number, 'SIGKILL')
    until(() => parentOf(pids[1] as number) === process.pid)
  }, 'readFileSync')
  const listed = descendants().map(({ pid }) => pid)
  for (const pid of pids.slice(1)) process.kill(pid, 'SIGKILL')
  await eldest.exited
  return { paused, missing: pids.filter((pid) => !listed.includes(pid)) }
}

/** In a worker. */
export function startChildAndWait() {
  parentPort?.postMessage(nodeSpawn('sleep', ['1000'], { stdio: 'ignore' }).pid)
  Atomics.wait(workerData, 0, 0)
  process.exit()
}

export async function listDuringTheEndOfAThread() {
  const tasks = () => fs.readdirSync('/proc/self/task')
  const before = tasks()
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const worker = startWorker(startChildAndWait, [], { workerData: gate })
  const [pid] = await once(worker, 'message')
  const real = fs.readFileSync
  const listOf = (tid: string) => `/proc/${process.pid}/task/${tid}/children`
  const tid = tasks().find((tid) => real(listOf(tid), 'utf8').includes(pid)) ?? ''
  let paused = false
  beforeEachRead((path) => {
    if (paused || path !== listOf(tid)) return
    paused = true
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    until(() => !tasks().includes(tid))
  }, 'readFileSync')
  const listed = descendants().map(({ pid }) => pid)
  process.kill(pid, 'SIGKILL')
  return { paused, isWorkers: !before.includes(tid), found: listed.includes(pid) }
}

export async function exitWithoutDescriptors() {
  const script = 'trap "echo asked; exit" TERM; echo ready; while :; do sleep 0.1; done'
  const child = spawn('sh', ['-c', script])
  child.stdout.pipe(process.stdout)
  await once(child.stdout, 'data')
  const end = Date.now() + 300
  beforeEachRead((path) => {
    if (!/^.proc.\d/.test(path) || Date.now() > end) return
    const fields = { code: 'EMFILE', errno: -24, syscall: 'open', path }
    throw Object.assign(new Error('EMFILE'), fields)
  }, 'readFileSync')
  hear('sexton:left', ({ outcome }) => void fs.writeSync(1, outcome))
  process.exit(3)
}
