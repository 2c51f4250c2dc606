import { constants } from 'node:os'
import { onAbort, throwIfAborted } from '../base/abort.js'
import { Deadline, monotonicNow } from '../base/time.js'
import { hasLastLinks } from './last-links.js'
import type { Member } from './member.js'
import type { Members } from './members.js'

/** The checked options of `terminate()`. */
export interface Limits {
  grace: number
  killSignal: number
  signal: AbortSignal | undefined
}

const { SIGKILL } = constants.signals

// Milliseconds after SIGKILL until a process counts as one that cannot be ended, even if the grace is shorter. A busy
// machine takes some time to let a killed process die.
const AFTER_KILL = 1000

// Milliseconds of the shortest and the longest pause between two looks for new processes. A process that forks while it
// dies often does so at once.
const SHORTEST = 1
const LONGEST = 50
// A pause lasts at least this many times as long as the look before it, so looks take a fifth of the time at most.
const SHARE = 4

// Milliseconds for which a tree is given time to stop. A tree that forks faster than it is stopped gets its signals
// nevertheless, and its new processes after them.
const MOST_STOPPING = 1000
// Milliseconds after which a thread that waits in the kernel counts as stopped. A parent in vfork(2) waits for its
// child, which is stopped itself, and cannot fork meanwhile.
const MOST_WAITING = 50

/** Sends signals to members until none is left. */
export class Ending {
  readonly #members: Members
  readonly #limits: Limits
  readonly #stopListening: () => void
  #wake: () => void = () => {}
  #isAnyAsked = false

  constructor(members: Members, limits: Limits) {
    this.#members = members
    this.#limits = limits
    members.onNoneLeft = () => this.#wake()
    this.#stopListening = onAbort(limits.signal, () => this.#wake())
  }

  /**
   * Ends the members. It returns when none is left that this process may signal, or when it gives up.
   *
   * @throws The reason of an aborted signal.
   */
  async run(): Promise<void> {
    const { grace, killSignal } = this.#limits
    // A tree is stopped while it is listed, the target first.
    if (!this.#members.scope.stopsFirst) this.#members.look()
    if (killSignal !== SIGKILL && (await this.#end(killSignal, grace))) return
    await this.#end(SIGKILL, Math.max(grace, AFTER_KILL))
  }

  close(): void {
    this.#stopListening()
  }

  /** Sends a signal to all members, also to those found meanwhile. Returns whether none is left in time. */
  async #end(signal: number, milliseconds: number): Promise<boolean> {
    const end = monotonicNow() + milliseconds
    await this.#ask(signal)
    for (let pause = SHORTEST; ; pause = Math.min(pause * 2, LONGEST)) {
      // In this order: a member that dies after the look may have forked after it, so another look follows.
      const isAnyLeft = this.#members.left().length > 0
      const start = monotonicNow()
      if (this.#members.look()) await this.#ask(signal)
      else if (!isAnyLeft) return true
      const now = monotonicNow()
      if (now >= end) return false
      const next = this.#members.scope.canGrow ? Math.max(pause, (now - start) * SHARE) : end - now
      await this.#rest(Math.min(next, end - now))
    }
  }

  /** Sends a signal to all members that have not got it, children before their parents. */
  async #ask(signal: number): Promise<void> {
    const unasked = () => this.#members.left().filter(({ asked }) => asked !== signal)
    const { stopsFirst } = this.#members.scope
    if (stopsFirst && !(this.#isAnyAsked && this.#mayHangUp())) await this.#stop(unasked)
    const asked = unasked()
    // Otherwise a stopped process gets the signal when it continues. So all have it before any can react.
    if (stopsFirst && this.#mayHangUp()) for (const member of asked) member.resume()
    else asked.reverse()
    this.#isAnyAsked = true
    for (const member of asked) member.ask(signal)
    for (const member of asked) member.resume()
  }

  // None may be stopped when the first of them ends, which those that were asked may do at any moment. Parents then get
  // their signal before their children: a parent that runs could react to the end of a child.
  #mayHangUp(): boolean {
    return hasLastLinks(this.#members.left())
  }

  /** Stops processes, and repeats until a look finds no new one and none of them can fork. */
  async #stop(listed: () => Member[]): Promise<void> {
    for (const start = monotonicNow(); ; await this.#rest(SHORTEST)) {
      const members = listed()
      for (const member of members) member.halt()
      const isNew = this.#members.look()
      const time = monotonicNow() - start
      if (time > MOST_STOPPING || (!isNew && members.every((one) => isStopped(one, time)))) return
    }
  }

  /** Waits for some time, until no member is left, or until the signal is aborted, which throws. */
  async #rest(milliseconds: number): Promise<void> {
    let deadline: Deadline | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      deadline = new Deadline(milliseconds, resolve)
      if (this.#limits.signal?.aborted) resolve()
    })
    deadline?.clear()
    throwIfAborted(this.#limits.signal)
  }
}

function isStopped(member: Member, time: number): boolean {
  const state = member.stateOfThreads()
  return state === 'standing' || (state === 'waiting' && time > MOST_WAITING)
}
