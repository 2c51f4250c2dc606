import { spawn as nodeSpawn } from 'node:child_process'
import { backend, openProcess, spawn, waitForExit, Zombies } from 'sexton'
import { orphans } from '../../fixtures/orphans.mjs'
import { take } from '../../inside.js'

interface Failure {
  name: string
  code: string
  errno?: number
  message: string
  cause?: { errno: number }
}

const report = ({ name, code, errno, message }: Failure) => ({ name, code, errno, message })

function outcome() {
  try {
    return backend()
  } catch (error) {
    return report(error as Failure)
  }
}

/** What backend() says, so many times in a row. */
export function ask(times: number) {
  return Array.from({ length: times }, outcome)
}

/** Uses one of everything: our child, a child of child_process, a stranger, an orphan. */
export async function useAll(asksFirst: boolean) {
  if (asksFirst) outcome()
  const { end } = await orphans(1, 4)
  const next = take(new Zombies(), 1)
  end()
  const orphan = (await next)[0]?.code
  const own = (await spawn('sh', ['-c', 'exit 1']).exited).code
  const node = nodeSpawn('sh', ['-c', 'exit 2'])
  const nodes = (await waitForExit(node.pid as number)).code
  const child = spawn('sleep', ['1000'])
  const handle = openProcess(child.pid)
  handle.kill('SIGUSR1')
  const { signal } = await handle.exited
  return [outcome(), own, nodes, orphan, signal]
}

export async function waitByPidfd() {
  const error = await waitForExit(1, { backend: 'pidfd' }).catch((error) => error)
  return [outcome(), report(error), error.cause.errno]
}

export async function failToSpawn() {
  const failure = await spawn('true').exited.catch(report)
  return [outcome(), failure]
}

export async function failToWait() {
  outcome()
  return waitForExit(process.ppid).catch(report)
}
