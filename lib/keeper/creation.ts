import { systemError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { binding } from '../system/binding.js'
import { Fact } from './fact.js'

/** The creation of a held container by its runtime, as the keeper tells of it. */
export class Creation {
  readonly #file: string
  readonly #made = new Fact<ExitStatus>()
  #runtime: 'waiting' | 'running' | 'exited' = 'waiting'
  #runtimePid: number | undefined
  #status: ExitStatus | undefined
  #container: number | undefined

  /** @param file The runtime's program, for an error; empty if another server has started it. */
  constructor(file: string) {
    this.#file = file
  }

  /** The state of the runtime, as far as it is known here. */
  get runtime(): 'waiting' | 'running' | 'exited' {
    return this.#runtime
  }

  /** The pid of the runtime, once it has been started. */
  get runtimePid(): number | undefined {
    return this.#runtimePid
  }

  /** The pid of the container's first process, once the runtime has exited and left one; `undefined` otherwise. */
  get container(): number | undefined {
    return this.#container
  }

  /** A promise of the runtime's status. `container` is known then. */
  get made(): Promise<ExitStatus> {
    return this.#made.promise
  }

  /** The runtime runs. */
  start(pid: number): void {
    this.#runtime = 'running'
    this.#runtimePid = pid
  }

  /** The runtime has exited. The pid of the container follows. */
  exit(status: ExitStatus): void {
    this.#runtime = 'exited'
    this.#status = status
  }

  /** The runtime has left a container with this pid; 0 means none. */
  leave(pid: number): void {
    this.#container = pid === 0 ? undefined : pid
    this.#made.resolve(this.#status as ExitStatus)
  }

  /** The runtime could not be started. */
  fail({ step, errno }: { step: number; errno: number }): void {
    this.#runtime = 'exited'
    const name = binding.spawnSteps[step] ?? 'spawn'
    const details = name === 'execve' && this.#file !== '' ? { path: this.#file } : {}
    this.#made.reject(systemError(-errno, name, details, 'ERR_SPAWN_FAILED'))
  }

  /** Nothing more will be told. */
  abandon(error: Error): void {
    this.#made.reject(error)
  }
}
