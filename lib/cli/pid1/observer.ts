import { letGo } from './command.js'
import { type Happening, readHappening, sizeOfHappening } from './happening.js'
import { watchKeptZombies } from './kept-zombies.js'
import type { Launch } from './launch.js'
import type { Fields, Report } from './report.js'
import type { Settings } from './settings.js'

// Node beside the keeper, for what needs Node all the time. The keeper runs the command. This program writes what the
// keeper tells it, and names the zombies that others keep.

interface Observed {
  /** The socket to the keeper. */
  fd: number
  command: readonly Buffer[]
  settings: Settings
  launch: Launch
  report: Report
}

/** Writes what the keeper tells, until the keeper closes its end. */
export async function observe({ fd, command, settings, launch, report }: Observed): Promise<void> {
  const { statusFd } = settings
  letGo(
    launch.fds.filter((each) => each !== statusFd),
    statusFd,
  )
  const stopWatching = watchKeptZombies(settings.reportZombies, report, process.ppid)
  const words = command.map(String)
  // Loaded only here: it would take memory of a pid1 without a keeper.
  const { Socket } = process.getBuiltinModule('node:net')
  let rest = Buffer.alloc(0)
  for await (const piece of new Socket({ fd, readable: true, writable: false })) {
    rest = Buffer.concat([rest, piece])
    for (let size = sizeOfHappening(rest); size > 0; size = sizeOfHappening(rest)) {
      tell(readHappening(rest.subarray(0, size)), words, report)
      rest = rest.subarray(size)
    }
  }
  stopWatching()
}

function tell(happening: Happening, command: readonly string[], report: Report): void {
  report.say(happening.level, happening.text, fieldsOf(happening))
  const event = eventOf(happening, command)
  if (event !== undefined) report.event(...event)
}

/** The fields of a message, beside its text. */
function fieldsOf({ kind, pid, name, signal, status }: Happening): Fields {
  if (kind === 'started' || kind === 'forced') return { pid }
  if (kind === 'stopped' || kind === 'continued') return { pid, signal }
  if (kind === 'reaped') return { pid, name, code: status.code, signal: status.signal }
  if (kind === 'exited') return { pid, code: status.code, signal: status.signal }
  if (kind === 'left') return { pid, name }
  return kind === 'dropped' ? { signal } : {}
}

function eventOf(
  { kind, pid, name, signal, sent, from, exitCode, status, text }: Happening,
  command: readonly string[],
): [event: string, fields: Fields] | undefined {
  const ended = { code: status.code, signal: status.signal }
  const { usage } = status
  if (kind === 'started') return [kind, { pid, command }]
  if (kind === 'stopped') return [kind, { pid, signal }]
  if (kind === 'continued') return [kind, { pid }]
  if (kind === 'forwarded') return [kind, { signal, as: sent, to: pid, from }]
  if (kind === 'forced') return ['killed', { pid, signal }]
  if (kind === 'reaped') return [kind, { pid, name, ...ended, usage }]
  if (kind === 'exited') return [kind, { pid, ...ended, exitCode, usage }]
  if (kind === 'asked') return ['killed', { pid, name, signal }]
  if (kind === 'left')
    return [kind, { pid, name, reason: text.replace(/^.*? left running: /s, '') }]
  return undefined
}
