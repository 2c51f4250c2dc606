import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { HeldContainer } from '../../../lib/keeper/held-container.js'
import type { HoldPlan } from '../../../lib/keeper/hold-settings.js'
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
      const left = await HeldContainer.adopt(plan.socket).catch(() => undefined)
      if (left !== undefined) await end(left)
    },
  }
}

/** Ends a container and its keeper. */
export async function end(container: HeldContainer): Promise<void> {
  const { container: pid } = container
  if (pid !== undefined) container.signalContainer(pid, SIGKILL)
  container.release()
  await container.gone
}
