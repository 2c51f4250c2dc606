import { SextonError, systemError } from '../base/errors.js'
import { binding } from './binding.js'

/**
 * Makes this process a subreaper: the kernel gives it its orphaned descendants instead of giving them to init.
 * A subreaper must reap its orphans: see `Zombies`. The attribute belongs to the whole process, not to a
 * thread. It survives exec, and children do not inherit it. Linux only.
 *
 * @see PR_SET_CHILD_SUBREAPER(2const), Linux 3.4
 */
export const subreaper = {
  /** Whether this process is a subreaper. */
  get enabled(): boolean {
    return binding.getSubreaper() === 1
  },

  /**
   * Makes this process a subreaper. Earlier orphans stay with the process that adopted them.
   *
   * @throws {SextonError} `ERR_UNSUPPORTED` if the system is not Linux.
   */
  enable(): void {
    set(true)
  },

  /**
   * Undoes `enable()`. Orphans that this process has already adopted stay its children.
   *
   * @throws {SextonError} `ERR_UNSUPPORTED` if the system is not Linux.
   */
  disable(): void {
    set(false)
  },
}

function set(enabled: boolean): void {
  const result = binding.setSubreaper(enabled)
  if (result === 0) return
  throw new SextonError('ERR_UNSUPPORTED', 'only Linux has subreapers', {
    cause: systemError(result, 'prctl'),
  })
}
