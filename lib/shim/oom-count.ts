import { readFileSync } from 'node:fs'
import { attempt } from '../base/errors.js'
import { readProcessFile } from '../system/proc.js'

const ROOT = '/sys/fs/cgroup'

/** The kills for want of memory in a container's control group. The group outlives the container. */
export class OomCount {
  readonly #file: string | undefined
  readonly #before: number

  constructor(pid: number) {
    this.#file = fileOf(pid)
    this.#before = this.#read()
  }

  /** Whether the kernel has killed a process of the container since. */
  hasGrown(): boolean {
    return this.#read() > this.#before
  }

  #read(): number {
    const text = this.#file === undefined ? '' : read(this.#file)
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0)
  }
}

function fileOf(pid: number): string | undefined {
  const groups = attempt(() => readProcessFile(pid, 'cgroup'))
  if (typeof groups !== 'string') return undefined // the container has ended already, or is hidden
  const first = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1]
  if (first !== undefined) return `${ROOT}/memory${first}/memory.oom_control`
  const second = /^0::(.*)$/m.exec(groups)?.[1]
  return second === undefined ? undefined : `${ROOT}${second}/memory.events`
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the group is gone, or has no such controller
  }
}
