import { spawn as nodeSpawn } from 'node:child_process'
import { openProcess, Signals, spawn, waitForExit, Zombies } from 'sexton'

const BRIEF = {
  "sexton's child": () => spawn('sleep', ['0.3'], { stdio: 'ignore' }).pid,
  "child_process's unreferenced child": () => {
    const child = nodeSpawn('sleep', ['0.3'], { stdio: 'ignore' })
    child.unref()
    return child.pid as number
  },
}
export type Brief = keyof typeof BRIEF

export function waitForBrief(which: Brief) {
  return waitForExit(BRIEF[which]())
}

export async function waitForStranger(pid: number) {
  const waiting = waitForExit(pid)
  console.log('waiting')
  console.log((await waiting).pid)
}

const start = () => spawn('sleep', ['1000'])

/** What does not keep a program alive. Each gives its child. */
const IDLE = {
  'a child that no one awaits': () => spawn('sleep', ['1000'], { stdio: 'ignore' }),
  'a child with pipes that no one reads': start,
  'a timeout and an abort signal of such a child': () => {
    const { signal } = new AbortController()
    return spawn('sleep', ['1000'], { timeout: 60_000, signal })
  },
  'a handle that no one awaits': () => openProcess(start().pid),
  'a wait that was aborted': async () => {
    const child = start()
    const controller = new AbortController()
    const wait = waitForExit(child.pid, { signal: controller.signal, timeout: 60_000 })
    controller.abort()
    await wait.catch(() => {})
    return child
  },
  'a wait that timed out': async () => {
    const child = start()
    await waitForExit(child.pid, 10).catch(() => {})
    return child
  },
  'a wait for a stranger that timed out': async () => {
    const child = start()
    await waitForExit(process.ppid, 10).catch(() => {})
    return child
  },
  'open iterators': () => {
    const child = start()
    new Zombies()
    new Signals(['SIGHUP'])
    return child
  },
}
export type Idle = keyof typeof IDLE

/** The pid of a child that runs on when this process has ended. */
export async function leave(what: Idle) {
  return (await IDLE[what]()).pid
}
