import { writeSync } from 'node:fs'
import { constants } from 'node:os'
import { SextonError } from '../../base/errors.js'
import { HeldContainer } from '../../keeper/held-container.js'
import { closeDescriptor } from '../../system/descriptors.js'
import { openContainerEnds } from '../container-ends.js'
import { writeWhole } from '../exit-files.js'
import { Machine } from '../machine.js'
import { Service } from '../service.js'
import type { Assignment } from './assignment.js'
import { readAssignment } from './assignment.js'
import { planFor } from './keeper-plan.js'
import { KeptContainer } from './kept-container.js'
import { type KeeperPaths, removeSockets } from './place.js'
import { contentOf, type Request, requestIn } from './request.js'

const { ECONNREFUSED, ENOENT } = constants.errno

/** A container whose shim runs in this process, and whose keeper has been started. */
export interface Hosted {
  /**
   * Lives through the container's states.
   *
   * @param onReady Called when the container is about to begin.
   * @returns The exit code of a shim in the foreground.
   */
  live(onReady?: () => void): Promise<number>
}

/**
 * Starts the keeper of a container, and notes the request there. Nothing has begun yet: if this process is killed before
 * `live()`, the keeper ends.
 *
 * @throws {SextonError} if there can be no keeper. Nothing remains of it.
 */
export function begin(assignment: Assignment, request: Request, paths: KeeperPaths): Hosted {
  const { settings, syncPipe } = assignment
  const ends = openContainerEnds(settings)
  let held: HeldContainer
  try {
    held = HeldContainer.start(planFor(assignment, paths, ends))
  } catch (error) {
    for (const fd of Object.values(ends.ours)) if (typeof fd === 'number') closeDescriptor(fd)
    assignment.log.close()
    throw error
  } finally {
    ends.closeTheirs()
  }
  request.handed.forget(syncPipe)
  request.handed.closeAllBut(...assignment.otherPipes)
  writeSync(held.fd('notes') as number, request.texts, 0, request.texts.length, 0)
  const pidfile = settings['conmon-pidfile']
  if (pidfile !== undefined) writeWhole(pidfile, String(held.keeper))
  return host(assignment, held, paths, false)
}

/**
 * Takes over the container of a server that has died.
 *
 * @returns `undefined` if the keeper has ended.
 */
export async function adopt(paths: KeeperPaths): Promise<Hosted | undefined> {
  let held: HeldContainer
  try {
    held = await HeldContainer.adopt(paths.socket)
  } catch (error) {
    const { errno } = error as SextonError
    if (errno === ECONNREFUSED || errno === ENOENT) removeSockets(paths)
    return undefined
  }
  try {
    const assignment = readAssignment(requestIn(contentOf(held.fd('notes') as number)))
    if ('settings' in assignment) return host(assignment, held, paths, true)
    throw new SextonError('ERR_SYSTEM', 'the notes of a keeper are of no container')
  } catch (error) {
    held.disconnect()
    throw error
  }
}

function host(
  assignment: Assignment,
  held: HeldContainer,
  paths: KeeperPaths,
  isBegun: boolean,
): Hosted {
  const { settings } = assignment
  const holder = new KeptContainer(settings, held, isBegun, () => removeSockets(paths))
  const contract = assignment.contract(holder.manager)
  return {
    live: async (onReady = () => {}) => {
      const service = new Service(settings, holder, contract)
      try {
        return await new Machine({ settings, holder, service, contract, onReady }).run()
      } catch (error) {
        contract.reports.tellFailure({ text: (error as Error).message })
        await service.close().catch(() => {})
        await holder.release()
        throw error
      } finally {
        service.dispose()
        contract.ownLog.close()
      }
    },
  }
}
