import { setWindowSize } from '../system/terminal.js'
import type { Contract } from './contract.js'
import type { Entrances } from './entrances.js'
import type { Holder } from './holder.js'
import { Input } from './input.js'
import type { LogSink } from './log-sink.js'
import { Output } from './output.js'
import { DirectSource } from './output-source.js'
import type { Settings } from './settings.js'
import { Staging } from './staging.js'
import type { StreamName } from './stream-name.js'

// Bytes on stderr while the runtime runs, beyond which they cannot be a complaint of the runtime alone.
const EARLY_ROOM = 1 << 20

/** What a shim does for a container: logs its output, passes output and input between it and clients, and resizes. */
export class Service {
  readonly #settings: Settings
  readonly #holder: Holder
  readonly #contract: Contract
  readonly #log: LogSink
  readonly #staging: Staging | undefined
  /** Resolves when the logs have what an earlier shim had begun to write. */
  readonly #recovered: Promise<void> | undefined
  readonly #outputs: Output[] = []
  readonly #pumps: Promise<void>[] = []
  #entrances: Entrances = {}
  #input: Input | undefined
  #openInput: (input: Input | undefined) => void = () => {}
  readonly #inputOpened = new Promise<Input | undefined>((resolve) => {
    this.#openInput = resolve
  })
  #size: [rows: number, columns: number] | undefined
  /** What came on stderr while the runtime ran. It is the runtime's, or the first of the container's. */
  #early: Buffer | undefined = Buffer.alloc(0)

  constructor(settings: Settings, holder: Holder, contract: Contract) {
    this.#settings = settings
    this.#holder = holder
    this.#contract = contract
    this.#log = contract.openLog()
    const { transit } = holder
    this.#staging = transit && new Staging(transit.stage, transit.relay, this.#log)
    this.#recovered = this.#staging?.recover()
  }

  /** Creates the socket and the FIFOs, so that clients may come before the container does. */
  open(): void {
    this.#entrances = this.#contract.openEntrances()
    const { attach, control, notify } = this.#entrances
    if (notify !== undefined) this.#run(notify.serve())
    const { 'leave-stdin-open': keepsInputOpen } = this.#settings
    if (attach !== undefined) this.#run(attach.serve(this.#inputOpened, keepsInputOpen))
    if (control === undefined) return
    const resize = (rows: number, columns: number) => this.#resize(rows, columns)
    this.#run(control.serve({ resize, reopenLogs: () => this.#log.reopen() }))
  }

  /** Reads the streams that exist before the container does. */
  listen(): void {
    const { stdout, stderr } = this.#holder.streams
    if (stdout !== undefined) this.#listenTo('stdout', stdout)
    if (stderr !== undefined) this.#listenTo('stderr', stderr)
  }

  /** Reads the terminal, which is there now, and gives it the size that was asked for. */
  listenToTerminal(): void {
    const { stdout } = this.#holder.streams
    if (stdout !== undefined) this.#listenTo('stdout', stdout, true)
    if (this.#size !== undefined) this.#resize(...this.#size)
  }

  /** What the runtime has said, for the manager. */
  async takeComplaint(): Promise<string> {
    await this.drain()
    return this.#early?.toString() ?? ''
  }

  /** Begins to serve the container, which exists now. */
  serve(): void {
    const { stdin } = this.#holder.streams
    const { terminal } = this.#settings
    if (stdin !== undefined) {
      this.#input = terminal ? new Input(stdin) : new Input(stdin, () => this.#holder.closeInput())
    }
    this.#openInput(this.#input)
    this.#run(this.#deliverEarly())
  }

  /** Delivers and stores what the container has written. It has ended. */
  async drain(): Promise<void> {
    this.#input?.abandon()
    for (const output of this.#outputs) output.drain()
    await Promise.all(this.#pumps)
    // Before anybody is told of the end: whoever is told reads the log, and would miss a last line without a newline.
    await this.#log.sync()
  }

  /** Lets the clients go when they have read everything, and stops to obey. */
  async close(): Promise<void> {
    const { attach, control, notify } = this.#entrances
    control?.close()
    notify?.close()
    await attach?.finish()
  }

  /** Lets go of the logs. */
  dispose(): void {
    this.#log.close()
  }

  /** Says in both logs that something failed of which the manager cannot be told. */
  complain(error: unknown): void {
    const { message } = error as Error
    this.#contract.ownLog.write('error', message)
    void this.#log.write('stderr', Buffer.from(`sexton-shim: ${message}\n`))
  }

  #listenTo(stream: StreamName, fd: number, isTerminal = false): void {
    const source = this.#staging?.source(stream, fd, isTerminal)
    const output = new Output(source ?? new DirectSource(fd, isTerminal))
    this.#outputs.push(output)
    this.#pumps.push(this.#pump(stream, output).catch((error) => this.complain(error)))
  }

  async #pump(stream: StreamName, output: Output): Promise<void> {
    await this.#recovered
    for await (const piece of output) {
      if (stream !== 'stderr' || this.#early === undefined) {
        await this.#log.write(stream, piece)
        output.commit()
        await this.#entrances.attach?.send(stream, piece)
      } else {
        this.#early = Buffer.concat([this.#early, piece])
        if (this.#early.length > EARLY_ROOM) await this.#deliverEarly()
      }
    }
  }

  async #deliverEarly(): Promise<void> {
    const early = this.#early
    this.#early = undefined
    if (early === undefined || early.length === 0) return
    await this.#log.write('stderr', early)
    await this.#entrances.attach?.send('stderr', early)
  }

  #resize(rows: number, columns: number): void {
    this.#size = [rows, columns]
    const { stdout } = this.#holder.streams
    if (!this.#settings.terminal || stdout === undefined) return
    try {
      setWindowSize(stdout, rows, columns)
    } catch (error) {
      this.complain(error)
    }
  }

  #run(task: Promise<void>): void {
    task.catch((error) => this.complain(error))
  }
}
