import { writeSync } from 'node:fs'
import type { Launch } from './launch.js'
import { type Settings, TRACE, WARNING } from './settings.js'

// The plan: this program's answer to the keeper that has started it (native/keeper/pid1/node.cc). It has the options in
// words that the keeper understands without Node, and the number of last words that are the command.

/** The keeper that has started this program. */
export interface Keeper {
  /** The socket to it. */
  fd: number
  /** The name by which it was started. */
  name: string
}

const NOTE = /^--keeper=(\d+):(.*)$/s

/** Takes the keeper's note off the words, if a keeper has started this program. Its socket is not the command's. */
export function takeKeeper(launch: Launch): { keeper?: Keeper; launch: Launch } {
  const [, number, name = ''] = NOTE.exec(launch.words[0]?.toString('latin1') ?? '') ?? []
  if (number === undefined) return { launch }
  const fd = Number(number)
  const [words, fds] = [launch.words.slice(1), launch.fds.filter((each) => each !== fd)]
  return { keeper: { fd, name }, launch: { ...launch, words, fds } }
}

/** Whether Node must run as long as the command does, and if so, whether it gets events besides messages. */
export function staying({ statusFd, statusFile, reportZombies, logFormat }: Settings): 0 | 1 | 2 {
  if (statusFd !== undefined || statusFile !== undefined) return 2
  return reportZombies !== undefined || logFormat === 'json' ? 1 : 0
}

const WORD = 4

/** Sends the plan to the keeper. */
export function sendPlan(fd: number, settings: Settings, command: readonly Buffer[]): void {
  const options = optionsOf(settings, command)
  const strings = Buffer.concat(options.flatMap((word) => [word, Buffer.of(0)]))
  const { statusFd = -1 } = settings
  const words = [strings.length, options.length, command.length, staying(settings), statusFd]
  const header = Buffer.alloc(words.length * WORD)
  for (const [i, word] of words.entries()) header.writeInt32LE(word, i * WORD)
  const bytes = Buffer.concat([header, strings])
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
}

const TARGETS = { child: 'single-child', group: 'group', session: 'session' } as const

/** The options in their simplest form, and after them the first word of the command. */
export function optionsOf(settings: Settings, command: readonly Buffer[]): Buffer[] {
  const { persona, target, rewrites, forgiven, grace, killAfter, variables } = settings
  return [
    flag(`compat=${persona.name}`),
    flag(TARGETS[target]),
    ...(settings.subreaper ? [flag('subreaper')] : []),
    ...(settings.warnOnReap ? [flag('warn-on-reap')] : []),
    ...(settings.pause ? [flag('pause')] : []),
    ...Array.from({ length: Math.min(settings.verbosity, TRACE) - WARNING }, () => flag('verbose')),
    ...[...rewrites].flatMap(([from, to]) => value('rewrite', `${from}:${to}`)),
    ...[...forgiven].flatMap((code) => value('remap-exit', code)),
    ...value('parent-death-signal', settings.parentDeathSignal),
    ...value('child-death-signal', settings.childDeathSignal),
    ...value('grace', grace === undefined ? 'none' : milliseconds(grace)),
    ...value('kill-after', killAfter === undefined ? undefined : milliseconds(killAfter)),
    ...value('workdir', settings.workdir),
    ...variables.flatMap((variable) => value('env', variable)),
    ...value('user-id', settings.uid),
    ...value('group-id', settings.gid),
    flag(''),
    ...command.slice(0, 1),
  ]
}

function flag(name: string): Buffer {
  return Buffer.from(`--${name}`)
}

function value(name: string, value: string | number | Buffer | undefined): Buffer[] {
  if (value === undefined) return []
  return [flag(name), Buffer.isBuffer(value) ? value : Buffer.from(String(value))]
}

// The keeper counts whole milliseconds, and knows no longer time than this one.
const LONGEST = 1e12

function milliseconds(time: number): string {
  return `${Math.min(Math.ceil(time), LONGEST)}ms`
}
