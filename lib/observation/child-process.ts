import type { ChildProcess } from 'node:child_process'
import { ExitStatus } from '../exit-status.js'
import { beforeReaping } from '../onlookers.js'
import { reapIfNobodys } from '../orphans.js'
import { childProcessOf } from '../ownership.js'
import { readStat } from '../proc.js'
import { peek } from '../reaper.js'
import type { SignalName } from '../signal-names.js'
import type { Observation } from './observation.js'
import { sendSignal } from './send-signal.js'

/**
 * A child of `child_process` in this thread. libuv takes its status; a wait of ours would make its
 * `'exit'` event never come.
 */
export class ObservedChildProcess implements Observation {
  readonly pid: number
  readonly exited: Promise<ExitStatus>
  readonly #child: ChildProcess
  // One for this wait alone: p-event leaves its listener on the signal it is given.
  readonly #stopped = new AbortController()
  readonly #stopLooking: () => void
  readonly #abandoned: Promise<ExitStatus>
  #abandon!: (status: ExitStatus) => void

  constructor(pid: number, child: ChildProcess) {
    this.pid = pid
    this.#child = child
    this.#abandoned = new Promise((resolve) => {
      this.#abandon = resolve
    })
    this.#stopLooking = beforeReaping(pid, () => this.#look())
    this.exited = Promise.race([this.#wait(), this.#abandoned])
    // Stopping rejects it, and nobody may be listening by then.
    this.exited.catch(() => {})
  }

  // Dead but not yet seen by libuv counts: the event is certain to come.
  check(): boolean {
    return this.#hasEnded() || this.#look()
  }

  // Until libuv has seen the end, no one has reaped it and the pid is its own.
  kill(signal: number): boolean {
    return !this.#hasEnded() && sendSignal(this.pid, signal)
  }

  startTime(): number | undefined {
    return readStat(this.pid)?.startTime
  }

  stop(): void {
    this.#stopLooking()
    this.#stopped.abort()
  }

  // Unless its handle has been closed: then libuv asks no more, and whoever is about to reap it, or has
  // waited for too long, is the last to see it.
  #look(): boolean {
    const status = peek(this.pid)
    if (!(status instanceof ExitStatus)) return false
    if (childProcessOf(this.pid) !== this.#child && !this.#hasEnded()) {
      this.#abandon(status)
      this.#stopLooking() // or what follows would look again
      reapIfNobodys(this.pid)
    }
    return true
  }

  async #wait(): Promise<ExitStatus> {
    const ended = this.#exitEvent()
    const [code, signal] = await ended
    return ExitStatus.fromExitEvent(this.pid, code, signal)
  }

  // Loaded when it is needed: pid1 never is, and its start-up counts. The event may come while the
  // module loads, so look at what it leaves behind first.
  async #exitEvent(): Promise<[number | null, SignalName | null]> {
    const { pEvent } = await import('p-event')
    const child = this.#child
    if (this.#hasEnded()) return [child.exitCode, child.signalCode]
    return pEvent<string, [number | null, SignalName | null]>(child, 'exit', {
      multiArgs: true,
      rejectionEvents: [],
      signal: this.#stopped.signal,
    })
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}
