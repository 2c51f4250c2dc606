import type { LogSink } from './log-sink.js'
import { type OutputSource, PIECE, type Taken } from './output-source.js'
import type { Stage } from './stage.js'
import type { StreamName } from './stream-name.js'

/** The way of a container's output through its stage, which has room for one piece of one stream. */
export class Staging {
  readonly #stage: Stage
  readonly #relay: number | undefined
  readonly #log: LogSink
  #last: Promise<void> = Promise.resolve()

  /** @param relay The read end of the pipe between a terminal and the stage. */
  constructor(stage: Stage, relay: number | undefined, log: LogSink) {
    this.#stage = stage
    this.#relay = relay
    this.#log = log
  }

  /** Writes the piece that a process left here when it was killed. */
  async recover(): Promise<void> {
    const left = this.#stage.recover()
    if (left === undefined) return
    this.#log.cutBack(left.ends)
    await this.#log.write(left.stream, left.piece)
    this.#stage.commit()
  }

  /** A stream whose pieces go through the stage. */
  source(stream: StreamName, fd: number, isTerminal = false): OutputSource {
    return {
      ...{ fd, isTerminal },
      turn: () => this.#turn(),
      take: () => this.#take(stream, fd, isTerminal),
      commit: () => this.#stage.commit(),
    }
  }

  async #turn(): Promise<() => void> {
    const before = this.#last
    let release = () => {}
    this.#last = new Promise((resolve) => {
      release = resolve
    })
    await before
    return release
  }

  #take(stream: StreamName, fd: number, isTerminal: boolean): Taken {
    const ends = this.#log.ends()
    if (!isTerminal || this.#relay === undefined) return this.#stage.take(stream, fd, PIECE, ends)
    return this.#stage.takeFromTerminal(fd, this.#relay, PIECE, ends)
  }
}
