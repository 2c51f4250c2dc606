import { type ChildProcess, spawn } from 'node:child_process'
import { waitForExit } from 'sexton'

const bad = () => {
  throw new Error('boom')
}

const WAITS = {
  'after a listener': (child: ChildProcess, timeout?: number) => {
    child.on('exit', bad)
    return waitForExit(child.pid as number, timeout === undefined ? {} : { timeout })
  },
  'before a listener': (child: ChildProcess, timeout?: number) => {
    const wait = waitForExit(child.pid as number, timeout)
    child.prependListener('exit', bad)
    return wait
  },
}

/** Forty waits for children of child_process, of which each has a listener that throws. */
export async function waitBesideBadListener(when: keyof typeof WAITS, timeout?: number) {
  let thrown = 0
  process.on('uncaughtException', () => {
    thrown += 1
  })
  const children = Array.from({ length: 40 }, () => spawn('sleep', ['0.2']))
  const codes = children.map((child) =>
    WAITS[when](child, timeout).then(
      ({ code }) => code,
      ({ code }) => code,
    ),
  )
  return { results: [...new Set(await Promise.all(codes))], thrown }
}
