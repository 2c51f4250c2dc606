import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Child, spawn } from 'sexton'

/** How another Node is started. */
interface Place {
  uid?: number
  gid?: number
  cgroup?: string
}

/** Runs another function of this program file in a Node of its own, which writes to a pipe. */
export function startAnother(name: string, args: readonly unknown[], place: Place = {}): Child {
  // As test/launch.mjs was started.
  const [node = '', launch = '', file = ''] = process.argv
  const options = place.uid === undefined ? place : { ...place, groups: [] }
  return spawn(node, [launch, file, name, JSON.stringify(args)], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Gives the result of another function of this program file, in a Node of its own. */
export async function callAnother<T>(
  name: string,
  args: readonly unknown[],
  place?: Place,
): Promise<T> {
  const child = startAnother(name, args, place)
  let text = ''
  for await (const piece of child.stdout ?? []) text += piece
  const { code } = await child.exited
  if (code !== 0) throw new Error(`another Node has failed: ${code}`)
  return JSON.parse(text)
}

/** Gives the first line that another Node writes. */
export async function firstLine(child: Child): Promise<string> {
  const [line] = await once(
    createInterface({ input: child.stdout as NodeJS.ReadableStream }),
    'line',
  )
  return line
}

/** Kills the keeper of the one job that another Node runs. */
export function killKeeperOf({ pid }: Child): void {
  const [keeper] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  process.kill(Number(keeper), 'SIGKILL')
}
