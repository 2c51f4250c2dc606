import { type SextonError, systemError } from '../base/errors.js'

/** Converts a failure before the first step, such as a shortage of descriptors, to a failure of the spawn. */
export function asSpawnFailure<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    const { code, errno, syscall } = error as SextonError
    if (code !== 'ERR_SYSTEM' || errno === undefined || syscall === undefined) throw error
    throw systemError(-errno, syscall, {}, 'ERR_SPAWN_FAILED')
  }
}
