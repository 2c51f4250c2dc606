/** sexton first: the others are told as the same as it, or as different. */
export const subjects = [
  ...(['sexton', 'child_process', 'execa', 'tinyexec'] as const),
  ...(['nano-spawn', 'zx'] as const),
] as const

export type SubjectName = (typeof subjects)[number]

/** A function that not every library has. */
export type Offer =
  | 'all'
  | 'bytes'
  | 'clean'
  | 'grace'
  | 'lines'
  | 'maxBuffer'
  | 'overflow'
  | 'pipeline'
  | 'timeout'

/** What a command is run with, in words that each adapter translates. */
export interface Wanted {
  input?: string
  /** The output as bytes. */
  bytes?: boolean
  /** Both outputs in one, in their order. */
  all?: boolean
  timeout?: number
  /** Milliseconds from TERM to KILL. */
  grace?: number
  signal?: AbortSignal
  maxBuffer?: number
  overflow?: 'truncate-head' | 'truncate-tail'
  env?: Record<string, string | undefined>
  /** `env` is the whole environment. */
  clean?: boolean
  cwd?: string
  /** Without the options that the documentation advises for commands that fail. */
  plain?: boolean
}

/** How a command ended, as a library tells it. */
export interface Told<Output = string> {
  failed: boolean
  stdout: Output
  stderr: string
  all?: string
  code?: number
  signal?: string
  /** The code of the error where the system refused something, such as ENOENT. */
  error?: string
  /** The reason why the library ended the command. */
  reason?: string
  message?: string
  /** The command line that the error has. */
  command?: string
  truncated?: boolean
  heldOpen?: boolean
}

/** A library, as an adapter makes it: its usual way for each task. */
export interface Subject {
  offers: readonly Offer[]
  run(
    file: string,
    args: readonly string[],
    wanted: Wanted & { bytes: true },
  ): Promise<Told<Buffer>>
  run(file: string, args: readonly string[], wanted?: Wanted): Promise<Told>
  /** Waits for the end of a command whose output nobody wants. */
  wait(file: string, args: readonly string[]): Promise<number | null>
  pipeline?(members: readonly (readonly string[])[]): Promise<Told>
  lines?(file: string, args: readonly string[]): AsyncIterable<string>
}

/** What a behaviour gets: it looks at no library without the functions that it needs. */
export type WholeSubject = Required<Subject>

/** Whether a library has a function. */
export function offers(subject: Subject, offer: Offer): boolean {
  if (offer === 'pipeline' || offer === 'lines') return subject[offer] !== undefined
  return subject.offers.includes(offer)
}
