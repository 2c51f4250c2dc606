import type { ExitStatus } from '../exit/exit-status.js'
import type { Progress } from '../keeper/tellings.js'
import { makeExitFolders, writeExitFiles, writeOomFiles } from './exit-files.js'
import { encodeMessage, type Manager, type Message } from './manager-pipe.js'
import type { End, Failure, Reports } from './reports.js'
import type { Settings } from './settings.js'

// The exit code of a container that was killed by `--timeout`.
const TIMED_OUT = -1
// The exit code of a container whose status nobody could take.
const UNKNOWN = 255
const TIMEOUT_TEXT = 'command timed out'

/** The pipes of a manager that speaks conmon's contract. */
export interface ManagerPipes {
  /** The pipe to the manager. It gets the container's pid or an error, and later the exit code of an exec session. */
  sync: Manager
  /** The pipe for the word that clients may attach to an exec session. */
  attached: Manager
  /** Resolves when the manager lets an exec session begin. */
  mayBegin: () => Promise<void>
}

/** conmon's messages and exit files. */
export class ConmonReports implements Reports {
  readonly #settings: Settings
  readonly #pipes: ManagerPipes

  constructor(settings: Settings, pipes: ManagerPipes) {
    this.#settings = settings
    this.#pipes = pipes
  }

  prepare(): void {
    makeExitFolders(this.#settings)
  }

  async begin(): Promise<void> {
    if (!this.#settings['exec-attach']) return
    const { attached, mayBegin } = this.#pipes
    attached.write(encodeMessage({ number: 0, legacyName: 'exit_code' }, false), 0)
    attached.close()
    await mayBegin()
  }

  tellPid(pid: number): void {
    const { mode, 'api-version': isCurrent } = this.#settings
    if (mode !== 'exec' || isCurrent) this.#tell({ number: pid, legacyName: 'pid' }, 1)
    if (mode !== 'exec') this.close() // there is no more to say, and some managers read to the end
  }

  tellFailure({ text, runtime }: Failure): void {
    const legacyName = this.#settings.mode === 'exec' ? 'exit_code' : 'pid'
    const words = text === '' && runtime !== undefined ? describe(runtime) : text
    this.#tell({ number: -1, legacyName, text: words }, 3)
  }

  writeEnd(end: End): void {
    if (end.lacksMemory) writeOomFiles(this.#settings)
    writeExitFiles(this.#settings, codeOf(end))
  }

  tellEnd(end: End): void {
    if (this.#settings.mode !== 'exec') return
    const text = end.isTimedOut ? { text: TIMEOUT_TEXT } : {}
    this.#tell({ number: codeOf(end), legacyName: 'exit_code', ...text }, 2)
  }

  close(): void {
    this.#pipes.sync.close()
  }

  #tell(message: Message, progress: Progress): void {
    const text = encodeMessage(message, !this.#settings['api-version'])
    this.#pipes.sync.write(text, progress)
  }
}

function codeOf({ isTimedOut, status }: End): number {
  return isTimedOut ? TIMED_OUT : (status?.toShellCode() ?? UNKNOWN)
}

function describe({ code, signal }: ExitStatus): string {
  return `the runtime ${signal === null ? `exited with code ${code}` : `was ended by ${signal}`}`
}
