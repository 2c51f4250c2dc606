import { SextonError, systemError } from '../base/errors.js'
import { binding } from './binding.js'

/**
 * Whether orphaned descendants come to this process instead of to init. It then has to reap them:
 * see `Zombies`. An attribute of the whole process, not of a thread; it survives exec, and children
 * do not inherit it.
 *
 * @see PR_SET_CHILD_SUBREAPER(2const), Linux 3.4
 */
export const subreaper = {
  /** Whether this process is a subreaper. */
  get enabled(): boolean {
    return binding.getSubreaper() === 1
  },

  /**
   * Makes it one. Orphans from before stay where they are.
   *
   * @throws {SextonError} `ERR_UNSUPPORTED` elsewhere than on Linux.
   */
  enable(): void {
    set(true)
  },

  /** Undoes `enable()`. Orphans that have come already stay. */
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
