import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { backend, spawn, subreaper, waitForExit } from 'sexton'
import { dead } from '../fixtures/orphans.mjs'
import { takeAllDescriptors } from '../inside.js'
import { patience } from '../pace.mjs'

const codeOf = ({ code }: { code: string }) => code

/** For a Node that may have few descriptors. */
export async function waitWithoutDescriptors() {
  backend()
  const script = 'sleep 60 & echo $!; wait'
  const parent = nodeSpawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(line)
  const wait = waitForExit(pid, { backend: 'poll', timeout: 1_000 }).catch(codeOf)
  const held = takeAllDescriptors()
  const outcome = await wait
  for (const fd of held) closeSync(fd)
  process.kill(pid, 'SIGKILL')
  parent.kill('SIGKILL')
  return outcome
}

function heapUsed(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** Bytes by which the heap grows. Needs --expose-gc. */
export async function giveUpWaits() {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  const round = async (count: number) => {
    for (let i = 0; i < count; i += 1) await waitForExit(child.pid, 0).catch(() => {})
    return heapUsed()
  }
  const before = await round(1_000)
  const after = await round(10_000)
  child.kill('SIGKILL')
  await child.exited
  return after - before
}

/** Bytes by which the heap grows. Needs --expose-gc. */
export async function failToSpawn() {
  const round = async (count: number) => {
    for (let i = 0; i < count; i += 1) {
      try {
        nodeSpawn('true', [], { cwd: '/etc/passwd' }).on('error', () => {})
      } catch {}
      if (i % 50 === 0) await new Promise(setImmediate)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    return heapUsed()
  }
  const before = await round(200)
  return (await round(1_000)) - before
}

export async function waitBehindDebugger() {
  subreaper.enable()
  const shell = spawn('sh', ['-c', 'sleep 60 >/dev/null 2>&1 & echo $!'])
  const pid = Number(await text(shell.stdout))
  await shell.exited
  const tracer = nodeSpawn('python3', ['test/fixtures/tracer.py', String(pid)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(tracer.stdout, 'data')
  process.kill(pid, 'SIGKILL')
  await dead([pid])
  const held = await waitForExit(pid, 500).catch(codeOf)
  const exited = waitForExit(pid, patience(10_000))
  tracer.kill('SIGKILL')
  return { held, signal: (await exited).signal }
}

/** How often a timer fires meanwhile. */
export async function begetChildren() {
  let ticks = 0
  const timer = setInterval(() => {
    ticks += 1
  }, 10)
  const lane = async () => {
    for (let i = 0; i < 60; i += 1) {
      await spawn('sh', ['-c', '(exit 2) & exit 0'], { stdio: 'ignore' }).exited
    }
  }
  await Promise.all(Array.from({ length: 12 }, lane))
  clearInterval(timer)
  return ticks
}
