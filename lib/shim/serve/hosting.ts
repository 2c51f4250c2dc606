import { writeSync } from 'node:fs'
import { constants } from 'node:os'
import { SextonError } from '../../base/errors.js'
import { HeldContainer } from '../../keeper/held-container.js'
import { closeDescriptor } from '../../system/descriptors.js'
import { type ContainerEnds, openContainerEnds } from '../container-ends.js'
import { writeWhole } from '../exit-files.js'
import { Machine, type Parts } from '../machine.js'
import { Service } from '../service.js'
import type { Assignment } from './assignment.js'
import { readAssignment } from './assignment.js'
import { checkFreeDescriptors } from './free-descriptors.js'
import { planFor } from './keeper-plan.js'
import { KeptContainer } from './kept-container.js'
import { Orphans } from './orphans.js'
import { type KeeperPaths, type Place, removeSockets } from './place.js'
import { contentOf, type Request, requestIn } from './request.js'

const { EBUSY, ECONNREFUSED, ECONNRESET, ENOENT } = constants.errno

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

/** The containers of a server: starts their keepers, and adopts those of earlier servers. */
export class Hosting {
  readonly #place: Place
  readonly #orphans = new Orphans()

  constructor(place: Place) {
    this.#place = place
  }

  /**
   * Starts the keeper of a container, and notes the request there. Nothing has begun yet: if this process is killed before
   * `live()`, the keeper ends.
   *
   * @throws {Refusal} if too few descriptors are free.
   * @throws {SextonError} if there can be no keeper. Nothing remains of it.
   */
  begin(assignment: Assignment, request: Request): Hosted {
    const { settings, syncPipe } = assignment
    const paths = this.#place.free()
    const ends = openEnds(assignment)
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
    try {
      writeSync(held.fd('notes') as number, request.texts, 0, request.texts.length, 0)
      const pidfile = settings['conmon-pidfile']
      if (pidfile !== undefined) writeWhole(pidfile, String(held.keeper))
      return this.#host(assignment, held, paths, false)
    } catch (error) {
      assignment.log.close()
      held.release()
      throw error
    }
  }

  /**
   * Takes over the container of a server that has died.
   *
   * @returns `undefined` if the keeper has ended, or has another server.
   * @throws {SextonError} if this process cannot take it over. The keeper writes the end itself, then.
   */
  async adopt(paths: KeeperPaths): Promise<Hosted | undefined> {
    let held: HeldContainer
    try {
      held = await HeldContainer.adopt(paths.socket)
    } catch (error) {
      const { errno } = error as SextonError
      if (errno === ECONNREFUSED || errno === ENOENT) removeSockets(paths)
      else if (errno !== EBUSY && errno !== ECONNRESET) throw error // no free descriptors, for example
      return undefined
    }
    try {
      const assignment = readAssignment(requestIn(contentOf(held.fd('notes') as number)))
      if ('settings' in assignment) return this.#host(assignment, held, paths, true)
      throw new SextonError('ERR_SYSTEM', 'the notes of a keeper are of no container')
    } catch (error) {
      held.disconnect()
      throw error
    }
  }

  #host(assignment: Assignment, held: HeldContainer, paths: KeeperPaths, isBegun: boolean): Hosted {
    const { settings } = assignment
    const afterLoss = () => removeSockets(paths)
    const keeping = { isBegun, afterLoss, orphans: this.#orphans }
    const holder = new KeptContainer(settings, held, keeping)
    const contract = assignment.contract(holder.manager)
    void held.lost.then(({ message }) => contract.ownLog.write('warn', message))
    return { live: (onReady) => live({ settings, holder, contract }, onReady) }
  }
}

function openEnds({ settings, log }: Assignment): ContainerEnds {
  try {
    checkFreeDescriptors()
    return openContainerEnds(settings)
  } catch (error) {
    log.close()
    throw error
  }
}

async function live(
  parts: Pick<Parts, 'settings' | 'holder' | 'contract'>,
  onReady = () => {},
): Promise<number> {
  const { settings, holder, contract } = parts
  const service = new Service(settings, holder, contract)
  try {
    return await new Machine({ ...parts, service, onReady }).run()
  } catch (error) {
    contract.reports.tellFailure({ text: (error as Error).message })
    await service.close().catch(() => {})
    await holder.release()
    throw error
  } finally {
    service.dispose()
    contract.ownLog.close()
  }
}
