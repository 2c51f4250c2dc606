import { spawn as nodeSpawn } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import { descendants, reapUntil, spawn } from 'sexton'
import { dead, isZombie, orphans } from '../../fixtures/orphans.mjs'
import { failure, turns } from '../../inside.js'
import { becomes } from '../../soak/fixtures/proc.mjs'

type Scope = 'adopted' | 'all'

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

export async function reapTwenty(scope: Scope) {
  const { pids, end } = await orphans(20, 7)
  const child = spawn('sh', ['-c', 'read x; exit 3'])
  const reaped: number[] = []
  const ended = reapUntil(child.pid, {
    scope,
    onReap: ({ pid, code }) => {
      if (pids.includes(pid) && code === 7) reaped.push(pid)
      if (reaped.length === 20) child.stdin.end()
    },
  })
  end()
  const { pid, code } = await ended
  return [pid === child.pid, code, new Set(reaped).size, descendants().length]
}

export async function dieTogether(scope: Scope) {
  const { pids, end } = await orphans(400, 7)
  const child = spawn('cat')
  let reaped = 0
  const onReap = ({ pid }: { pid: number }) => {
    reaped += Number(pids.includes(pid))
  }
  const ended = reapUntil(child.pid, { scope, onReap })
  end()
  await dead([])
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  const died = pids.filter(isZombie).length
  child.kill('SIGKILL')
  const { signal } = await ended
  return { signal, missed: died - reaped > 0, zombies: pids.filter(isZombie).length }
}

export async function reapBesideChildren(count: number) {
  const { pids, end } = await orphans(200, 7)
  const stdio = ['pipe', 'ignore', 'ignore'] as const
  const children = Array.from({ length: count }, (_, i) =>
    spawn('sh', ['-c', 'read x; exit $1', 'sh', String(i)], { stdio }),
  )
  const last = spawn('cat', [], { stdio })
  const ended = reapUntil(last.pid, { scope: 'all' })
  end()
  for (const child of children) child.stdin.end()
  const ends = await Promise.all(children.map((child) => child.exited))
  await becomes(() => !pids.some(isThere))
  last.stdin.end()
  const areRight = ends.every(({ code }, i) => code === i)
  return [areRight, (await ended).code, descendants().length]
}

export async function waitForChildProcess() {
  const { end } = await orphans(5, 7)
  const child = nodeSpawn('sh', ['-c', 'read x; exit 9'])
  const exit = once(child, 'exit')
  const reaped: unknown[] = []
  const onReap = ({ code }: { code: number | null }) => {
    if (reaped.push(code) === 5) child.stdin.end()
  }
  const ended = reapUntil(child.pid as number, { onReap })
  end()
  return [(await ended).code, (await exit)[0], reaped]
}

export async function abort() {
  const { pids, end } = await orphans(1, 7)
  const child = spawn('cat')
  const controller = new AbortController()
  const ended = failure(reapUntil(child.pid, { signal: controller.signal }))
  controller.abort('enough')
  const reason = await ended
  const alive = child.status === undefined
  end()
  await dead(pids)
  await turns(20)
  child.kill('SIGKILL')
  await child.exited
  const listeners = getEventListeners(controller.signal, 'abort').length
  return { reason, alive, zombie: isZombie(pids[0]), listeners }
}

export async function abortBefore() {
  const child = spawn('cat')
  const reason = await failure(reapUntil(child.pid, { signal: AbortSignal.abort('never') }))
  child.kill('SIGKILL')
  return reason
}

export async function throwInListener() {
  const { end } = await orphans(2, 7)
  const child = spawn('cat')
  const onReap = () => {
    throw new Error('no')
  }
  const ended = failure(reapUntil(child.pid, { onReap }))
  end()
  const { message } = await ended
  child.kill('SIGKILL')
  return [message, (await child.exited).signal]
}
