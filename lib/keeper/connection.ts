import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { SextonError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { encodeRequest, type REQUESTS, type Report, ReportDecoder } from './frames.js'

/** The events of a connection. */
export interface Listener {
  onReport(report: Report): void
  /** Called once, when no report can come any more. The error says that the last bytes made no sense. */
  onClosed(error: SextonError | undefined): void
}

/** This process's end of the socket to a keeper. */
export class Connection {
  readonly #fd: number
  readonly #socket: Socket
  readonly #listener: Listener
  readonly #decoder = new ReportDecoder()
  #error: SextonError | undefined

  /** Takes the descriptor over. The socket keeps this process alive until it is closed, or `unref()` is called. */
  constructor(fd: number, listener: Listener) {
    const { Socket } = process.getBuiltinModule('node:net')
    // A worker may be terminated at any moment: see openPipeStream() of lib/spawn/pipe-stream.ts.
    this.#fd = fd
    binding.lend(fd)
    this.#socket = new Socket({ fd, readable: true, writable: false })
    binding.handOver(fd)
    this.#listener = listener
    this.#socket.on('data', (piece: Buffer) => this.#read(piece))
    // A keeper that exits without having read all requests resets the connection.
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => listener.onClosed(this.#error ?? this.#cut()))
  }

  get isClosed(): boolean {
    return this.#socket.destroyed
  }

  /**
   * Sends a request, unless the keeper is gone, or has not read many others. Not through the stream: a stream that
   * cannot write is destroyed, and the keeper's last reports would be lost with it.
   */
  send(kind: keyof typeof REQUESTS, ...words: number[]): void {
    if (this.#socket.destroyed) return
    try {
      writeSync(this.#fd, encodeRequest(kind, ...words))
    } catch {
      // The end of the connection, or the watchdog, tells the same.
    }
  }

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(piece: Buffer): void {
    let reports: Report[]
    try {
      reports = this.#decoder.decode(piece)
    } catch (cause) {
      this.#error = new SextonError('ERR_SYSTEM', (cause as Error).message, { cause })
      this.#socket.destroy()
      return
    }
    for (const report of reports) this.#listener.onReport(report)
  }

  #cut(): SextonError | undefined {
    if (!this.#decoder.isCut) return undefined
    return new SextonError('ERR_SYSTEM', 'the last frame of a keeper was cut off')
  }
}
