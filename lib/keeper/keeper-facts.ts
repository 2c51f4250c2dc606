import { constants } from 'node:os'
import { SextonError } from '../base/errors.js'
import type { ExitStatus } from '../exit/exit-status.js'
import { translateNewlines } from '../system/terminal.js'
import { Adoption } from './adoption.js'
import { Creation } from './creation.js'
import { Fact } from './fact.js'
import type { HeldDescriptors } from './held-descriptors.js'
import type { HoldReport } from './hold-frames.js'
import { refusal } from './refusal.js'
import { type Progress, Tellings } from './tellings.js'

const { ECONNRESET } = constants.errno

/** The messages that a keeper has sent about its container. The next server gets all of them again. */
export class KeeperFacts {
  readonly adoption: Adoption
  readonly creation: Creation
  readonly tellings = new Tellings()
  readonly ended = new Fact<ExitStatus>()
  /** The keeper has ended before it was released. */
  readonly lost = new Fact<SextonError>()
  /** The connection has ended. */
  readonly gone = new Fact<void>()
  readonly #fds: HeldDescriptors
  #isFinished = false
  /** Called when the terminal is there. */
  onTerminal = () => {}

  /**
   * @param keeper The pid of the keeper that this process has started; 0 if an earlier server has.
   * @param file The runtime's program, for an error.
   * @param fds Gets the descriptors that the keeper sends.
   */
  constructor(keeper: number, file: string, fds: HeldDescriptors) {
    this.adoption = new Adoption(keeper, fds)
    this.creation = new Creation(file)
    this.#fds = fds
  }

  /** Whether the keeper has let go, and runs the exit command. */
  get isFinished(): boolean {
    return this.#isFinished
  }

  /** Takes a message of the keeper. The caller hears that it has another server. */
  hear(report: Exclude<HoldReport, { kind: 'busy' }>): void {
    if (report.kind === 'held') this.#beServer(report)
    else if (report.kind === 'refused') this.#beRefused(report)
    else if (report.kind === 'failed') this.creation.fail(report)
    else if (report.kind === 'started') this.creation.start(report.pid)
    else if (report.kind === 'terminal') this.#takeTerminal(report.fd)
    else if (report.kind === 'exited') this.creation.exit(report.status)
    else if (report.kind === 'container') this.creation.leave(report.pid)
    else if (report.kind === 'ended') this.ended.resolve(report.status)
    else if (report.kind === 'noted') this.tellings.confirm(report.progress as Progress)
    else this.#isFinished = true
  }

  /** Nothing more will be told. */
  end(cause: Error | undefined, isReleased: boolean): void {
    const error = this.lostError(cause)
    // The loss comes first: whoever hears of a failure below asks at once whether the keeper is lost.
    if (!isReleased) this.lost.resolve(error)
    this.adoption.abandon(error)
    this.creation.abandon(error)
    this.ended.reject(error)
    this.tellings.abandon(error)
    if (isReleased) this.#fds.closeAll()
    this.gone.resolve()
  }

  /** The error of a server whose keeper has ended too early. */
  lostError(cause?: Error): SextonError {
    const { keeper } = this.adoption
    const message = `the keeper ${keeper} of a container has ended before the container`
    const details = { pid: keeper, errno: ECONNRESET, cause }
    return cause instanceof SextonError ? cause : new SextonError('ERR_SYSTEM', message, details)
  }

  #beServer(report: Extract<HoldReport, { kind: 'held' }>): void {
    this.tellings.confirm(report.progress as Progress)
    this.adoption.accept(report)
  }

  // A refusal ends the adoption if the keeper is of another version. After an adoption it means that the keeper cannot
  // start a container.
  #beRefused(report: Extract<HoldReport, { kind: 'refused' }>): void {
    const error = refusal(report.refusal, report.errno)
    this.adoption.abandon(error)
    this.creation.abandon(error)
  }

  // The runtime has switched the translation off.
  #takeTerminal(terminal: number | undefined): void {
    if (terminal === undefined) return
    translateNewlines(terminal, true)
    this.#fds.take({ terminal })
    this.onTerminal()
  }
}
