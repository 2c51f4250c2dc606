// What the shim says of itself. The container's output is no part of it.

const LEVELS = ['off', 'error', 'warn', 'info', 'debug', 'trace'] as const

/** How much a shim says: messages of this level, and of those before it. */
export type Level = (typeof LEVELS)[number]
export type MessageLevel = Exclude<Level, 'off'>

// Names that managers have for a level besides its own.
const OTHER_NAMES: Readonly<Record<string, Level>> = {
  fatal: 'error',
  panic: 'error',
  warning: 'warn',
}

/** The level with this name, in any case; `undefined` if there is none. */
export function levelNamed(name: string): Level | undefined {
  const wanted = name.toLowerCase()
  return OTHER_NAMES[wanted] ?? LEVELS.find((level) => level === wanted)
}

/** Takes the messages that are not below the level. */
export interface Writer {
  (level: MessageLevel, text: string): void
  /** Lets go of what it writes to. */
  close?: () => void
}

export class OwnLog {
  readonly #rank: number
  readonly #writers: readonly Writer[]

  constructor(level: Level, writers: readonly Writer[]) {
    this.#rank = LEVELS.indexOf(level)
    this.#writers = writers
  }

  write(level: MessageLevel, text: string): void {
    if (LEVELS.indexOf(level) > this.#rank) return
    for (const writer of this.#writers) writer(level, text)
  }

  close(): void {
    for (const writer of this.#writers) writer.close?.()
  }
}
