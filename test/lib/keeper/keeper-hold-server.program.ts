import {
  appendFileSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { hold } from '../../../lib/base/process-life.js'
import { HeldContainer } from '../../../lib/keeper/held-container.js'
import { Stage } from '../../../lib/shim/stage.js'
import { watchDescriptor } from '../../../lib/system/readiness.js'
import { makePlan } from './hold-plan.js'

// A server of one container, which may be killed at any moment: the next one goes on.

/** Milliseconds that no test takes. */
const FAR = 1_000_000
/** The pieces of output that a server takes before its last moment comes. */
const PIECES = 3

async function become(folder: string, script: string): Promise<HeldContainer> {
  const socket = join(folder, 'socket')
  if (existsSync(socket)) return await HeldContainer.adopt(socket)
  const { plan, closeEnds } = makePlan(folder, { script, patience: FAR })
  const container = HeldContainer.start(plan)
  closeEnds()
  return container
}

/** The moments of a piece of output: it is taken, half or all of it is in the log, and it is committed. */
export type Moment = 'taken' | 'torn' | 'written' | 'committed'

/** Writes output to the log as it is. */
class RawLog {
  readonly #fd: number
  readonly #stage: Stage
  readonly #last: Moment | null
  #pieces = 0

  /** @param last The moment at which this process kills itself; `null` for none. */
  constructor(path: string, stage: Stage, last: Moment | null) {
    this.#last = last
    this.#fd = openSync(path, 'a')
    this.#stage = stage
    const left = stage.recover()
    if (left === undefined) return
    ftruncateSync(this.#fd, left.ends[0]?.size)
    appendFileSync(this.#fd, left.piece)
    stage.commit()
  }

  /** Takes what a pipe has now. */
  drain(pipe: number): void {
    for (;;) {
      const { size, ino: inode } = fstatSync(this.#fd)
      const piece = this.#stage.take('stdout', pipe, 5000, [{ size, inode }])
      if (typeof piece === 'string') return
      this.#pass('taken')
      if (this.#last === 'torn' && this.#pieces === PIECES)
        appendFileSync(this.#fd, piece.subarray(0, piece.length / 2))
      this.#pass('torn')
      appendFileSync(this.#fd, piece)
      this.#pass('written')
      this.#stage.commit()
      this.#pass('committed')
    }
  }

  #pass(moment: Moment): void {
    if (moment === 'taken') this.#pieces += 1
    if (moment === this.#last && this.#pieces === PIECES) process.kill(process.pid, 'SIGKILL')
  }
}

/** Serves a container to its end: its output becomes the file `log`, and its exit code the file `code`. */
export async function serve(folder: string, script: string, last: Moment | null): Promise<void> {
  const release = hold()
  const container = await become(folder, script)
  console.log('ready')
  const pipe = container.fd('stdout') as number
  const stage = new Stage(container.fd('stage') as number)
  const log = new RawLog(join(folder, 'log'), stage, last)
  const watch = watchDescriptor(pipe, { readable: true }, () => log.drain(pipe))
  await container.create(() => {})
  const { code } = await container.exitOf(container.container as number)
  watch.stop()
  log.drain(pipe)
  writeFileSync(join(folder, 'code.new'), `${code}`)
  renameSync(join(folder, 'code.new'), join(folder, 'code'))
  container.manager.advance(3)
  container.release()
  await container.gone
  release()
}
