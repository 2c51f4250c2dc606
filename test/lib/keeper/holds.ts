import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { HeldContainer } from '../../../lib/keeper/held-container.js'
import type { HoldPlan } from '../../../lib/keeper/hold-settings.js'
import { readPids } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { temporaryFolder } from '../system/folder.js'
import { type HoldOptions, makePlan } from './hold-plan.js'

const { SIGKILL } = constants.signals

/** A container, the plan that it was started by, and the files in its folder. */
export interface Hold extends AsyncDisposable {
  folder: string
  plan: HoldPlan
  container: HeldContainer
  read(name: string): string
  /** Reads a file once it is there. */
  written(name: string): Promise<string>
}

/** Starts the keeper of a container, which ends with the scope. */
export function startHold(options: HoldOptions = {}): Hold {
  const folder = temporaryFolder()
  const { plan, closeEnds } = makePlan(folder, options)
  const container = HeldContainer.start(plan)
  closeEnds()
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return {
    ...{ folder, plan, container, read },
    written: async (name) => {
      await eventually(() => {
        if (!existsSync(join(folder, name))) throw new Error(`no ${name} in ${folder}`)
      })
      return read(name)
    },
    [Symbol.asyncDispose]: async () => {
      await end(container)
      // The test may have left the container to a server that it has not made.
      const left = await adopt(plan).catch(() => undefined)
      if (left !== undefined) await end(left)
      await endAllIn(folder)
    },
  }
}

/** Becomes the server of a container, and hears of its pid if it has one. */
export async function adopt({ socket, pidfile }: HoldPlan): Promise<HeldContainer> {
  const container = await HeldContainer.adopt(socket)
  if (existsSync(pidfile)) await eventually(() => expect(container.container).toBeDefined())
  return container
}

/** Ends what is left in a folder. The test may have killed the keeper. */
async function endAllIn(folder: string): Promise<void> {
  await eventually(() => {
    const left = readPids().filter((pid) => folderOf(pid) === folder)
    for (const pid of left) process.kill(pid, 'SIGKILL')
    expect(left).toEqual([])
  })
}

function folderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined // it has ended
  }
}

/** Ends a container and its keeper. */
export async function end(container: HeldContainer): Promise<void> {
  const { container: pid } = container
  if (pid !== undefined) container.signalContainer(pid, SIGKILL)
  container.release()
  await container.gone
}
