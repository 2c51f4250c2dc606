import type { Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { spawn } from 'sexton'
import { turns } from '../inside.js'

interface Options {
  signal: AbortSignal
  timeout?: number
}

const start = (options: Options) =>
  spawn('sleep', ['60'], { stdio: ['pipe', 'pipe', 'pipe', 'writable'], ...options })
type Child = ReturnType<typeof start>

/** More than the pipes hold. */
function fill(child: Child): Child {
  child.stdin.write(Buffer.alloc(1_000_000))
  ;(child.stdio[3] as Writable).write(Buffer.alloc(1_000_000))
  return child
}

const ENDS = {
  'by leaving its scope': async ({ signal }: AbortController) => {
    const child = fill(start({ signal }))
    await setTimeout(20)
    await child[Symbol.asyncDispose]()
  },
  'by an aborted signal': async (abort: AbortController) => {
    const child = fill(start({ signal: abort.signal }))
    await setTimeout(20)
    abort.abort()
    await child.exited
  },
  'by its timeout': ({ signal }: AbortController) => fill(start({ signal, timeout: 20 })).exited,
  'and that is looked at later': (abort: AbortController) => {
    const child = start({ signal: abort.signal })
    abort.abort()
    return fill(child).exited
  },
}
export type End = keyof typeof ENDS

/** The codes of what is thrown meanwhile. */
export async function endFilled(how: End) {
  const thrown: unknown[] = []
  process.on('uncaughtException', (error) => thrown.push((error as { code?: string }).code))
  await Promise.all(Array.from({ length: 40 }, () => ENDS[how](new AbortController())))
  await turns(2)
  return thrown
}
