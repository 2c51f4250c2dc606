import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { environment } from '../../program.js'
import { MARK } from '../keeper/marked.js'

/** A Node that runs a job, to be killed. */
export interface JobOfNode {
  node: ChildProcess
  /** The first line of the job. */
  line: string
  exit: Promise<unknown>
}

/**
 * Starts a Node that runs a job, and waits for a line of the job.
 *
 * @param command The command of the Node.
 * @param mark The mark that all its processes inherit.
 */
export async function startNode(command: readonly string[], mark: string): Promise<JobOfNode> {
  const [file = '', ...args] = command
  const node = spawn(file, args, {
    env: { ...environment, [MARK]: mark },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(node, 'exit')
  const [line] = await once(createInterface(node.stdout), 'line')
  return { node, line, exit }
}
