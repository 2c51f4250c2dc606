import { keeperPid1, libraryPid1 } from '../../program.js'

/** The init programs that pid1 is measured against, as Debian installs them. */
export const peers = ['tini', 'dumb-init', 'catatonit'] as const
export type Peer = (typeof peers)[number]

/** Words for the init, by whose words they are; `null`: it has none for this purpose. */
export type Options = Readonly<Partial<Record<Peer | 'pid1', readonly string[] | null>>>

/** An init under test. */
export interface Subject {
  name: string
  /** The peer that it is, or whose place it takes by `--compat`. */
  peer: Peer | undefined
  ours: boolean
  /** What starts it, without options. */
  command: readonly string[]
}

/** `pid1` as it is installed: the keeper, found by a shell. */
export const pid1: Subject = { name: 'pid1', peer: undefined, ours: true, command: [keeperPid1] }

/** `pid1` where there is no keeper: a composition of the library. */
export const library: Subject = { ...pid1, name: 'pid1 of the library', command: [libraryPid1] }

export const theirs = (peer: Peer): Subject => {
  return { name: peer, peer, ours: false, command: [`/usr/bin/${peer}`] }
}

/** One of ours in a peer's place. */
export const compatible = (peer: Peer, { name, command }: Subject): Subject => {
  return { name: `${name} as ${peer}`, peer, ours: true, command: [...command, '--compat', peer] }
}

/**
 * The options that a subject takes for a purpose. One that stands in for a peer takes the peer's own,
 * which is what makes it a replacement, and pid1's where the peer has none.
 */
export function optionsOf({ peer, ours }: Subject, options: Options): readonly string[] | null {
  const theirs = peer === undefined ? options.pid1 : options[peer]
  if (theirs === undefined) return []
  return theirs === null && ours ? (options.pid1 ?? []) : theirs
}

/** Where an init runs. */
export interface Mode {
  name: string
  namespace: boolean
  terminal?: 'leader' | 'foreground' | 'background'
  options: Options
}

const adopting: Options = { tini: ['-s'], 'dumb-init': null, catatonit: [], pid1: ['-s'] }
const whereItCan: Options = { ...adopting, 'dumb-init': [] }

export const modes = {
  /** PID 1 of a PID namespace, without a terminal: a container. */
  pid1: { name: 'PID 1', namespace: true, options: {} },
  /** PID 1 that leads a terminal's session: `docker run -it`. */
  pid1OnTerminal: { name: 'PID 1 on a terminal', namespace: true, terminal: 'leader', options: {} },
  subreaper: { name: 'subreaper', namespace: false, options: adopting },
  /** Not PID 1, and not asked to be a subreaper. */
  unasked: { name: 'not PID 1, unasked', namespace: false, options: {} },
  /** Not PID 1, and asked to be a subreaper where that can be asked. */
  asked: { name: 'not PID 1', namespace: false, options: whereItCan },
  /** Neither PID 1 nor subreaper, which catatonit cannot be. */
  plain: { name: 'plain', namespace: false, options: { catatonit: null } },
  /** In the foreground of a shell's terminal; a subreaper, where it can be one. */
  job: { name: "a shell's job", namespace: false, terminal: 'foreground', options: whereItCan },
  background: {
    name: "a shell's job in the background",
    namespace: false,
    terminal: 'background',
    options: whereItCan,
  },
} as const satisfies Record<string, Mode>

export const withoutTerminal: readonly Mode[] = [modes.pid1, modes.subreaper, modes.plain]
export const everywhere: readonly Mode[] = [...withoutTerminal, modes.pid1OnTerminal, modes.job]

/** All the words of an init in its mode, or `null` where it offers no such thing. */
export function commandOf(
  subject: Subject,
  mode: Mode,
  options: Options,
): readonly string[] | null {
  const itself = optionsOf(subject, mode.options)
  // What stands in for catatonit adopts unasked, as that does, and so has no plain mode either.
  if (
    itself === null ||
    (subject.peer !== undefined && mode.options[subject.peer] === null && mode === modes.plain)
  )
    return null
  const more = optionsOf(subject, options)
  return more === null ? null : [...subject.command, ...itself, ...more]
}
