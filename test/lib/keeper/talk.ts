import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { keeperExecutable } from '../../../lib/keeper/executable.js'
import { type Report, ReportDecoder } from '../../../lib/keeper/frames.js'
import { encodeSettings, type KeeperSettings } from '../../../lib/keeper/settings.js'
import { encodeArguments, encodeFiles } from '../../../lib/spawn/strings.js'
import { binding } from '../../../lib/system/binding.js'
import { MARK } from './marked.js'
import { openConnection } from './raw-socket.js'

// A keeper by its frames alone, for what the client never sends.

const SETTINGS: KeeperSettings = {
  leftovers: 'end',
  killSignal: constants.signals.SIGTERM,
  grace: 100,
  timeout: Number.POSITIVE_INFINITY,
}

/** The contents of the sealed file of a keeper whose command is marked. */
export function settingsOf(mark: string, ...words: [string, ...string[]]): Uint8Array {
  const env = Buffer.from(`${MARK}=${mark}\0PATH=/usr/bin:/bin\0`)
  const strings = {
    env,
    naming: false,
    files: encodeFiles(words[0], env),
    argv: encodeArguments(words[0], words.slice(1)),
    cwd: undefined,
  }
  const options = { rlimits: new Float64Array() }
  return encodeSettings({ strings, options, fds: Int32Array.of(-1, -1, -1) }, SETTINGS).bytes
}

export interface Conversation {
  reports: Report[]
  code: number | null
  signal: string | null
  /** Whether the last frame was cut off. */
  isCut: boolean
}

/** Gives the bytes that answer a report. A list is all that is ever sent: the connection is closed after it. */
export type Answer = (report: Report) => Uint8Array | readonly Uint8Array[] | undefined

function sendAndClose(socket: Socket, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) socket.write(piece)
  socket.end()
}

/** Starts a keeper with these settings, sends the bytes, and gives all that it reports. */
export async function talk(
  settings: Uint8Array,
  answer: Answer = () => undefined,
  prefix: readonly string[] = [],
): Promise<Conversation> {
  const ends = new Int32Array(2)
  binding.makeSocketPair(ends)
  const [ours, theirs] = ends as unknown as [number, number]
  const memory = binding.makeSealedFile(settings)
  const parent = binding.pidfdOpen(process.pid)
  const [file, ...args] = [...prefix, keeperExecutable().path]
  const keeper = spawn(file as string, args, {
    stdio: ['ignore', 'ignore', 'ignore', theirs, parent, memory],
  })
  for (const fd of [theirs, parent, memory]) binding.closeFd(fd)
  const exit = once(keeper, 'exit')
  const reports: Report[] = []
  const decoder = new ReportDecoder()
  const socket = openConnection(ours)
  // Not once(), which rejects when the keeper resets the connection.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('data', (piece) => {
    for (const report of decoder.decode(piece)) {
      reports.push(report)
      const bytes = answer(report)
      if (bytes instanceof Uint8Array) socket.write(bytes)
      else if (bytes !== undefined) sendAndClose(socket, bytes)
    }
  })
  const [code, signal] = await exit
  await closed
  return { reports, code, signal, isCut: decoder.isCut }
}
