import type { ExitStatus } from '../exit/exit-status.js'
import { RECORD, statusIn } from './record.js'

// The messages between a server and the keeper of a container: a kind (1 byte), three zeros, and words of 32 bits,
// little endian. Each is one message of a socket of type `seqpacket`. native/keeper/hold_frames.h has the same lists, and
// says what each means.

export const HOLD_VERSION = 4

/** The kinds of messages that a server sends. */
export const HOLD_REQUESTS = {
  adopt: 1,
  create: 2,
  signal: 3,
  drop: 4,
  progress: 5,
  finish: 6,
  tell: 7,
} as const

/** The kinds of messages that the keeper sends. */
export const HOLD_REPORTS = {
  held: 1,
  busy: 2,
  refused: 3,
  failed: 4,
  started: 5,
  terminal: 6,
  exited: 7,
  container: 8,
  ended: 9,
  noted: 10,
  finished: 11,
} as const

/** The descriptors that the keeper holds, by their numbers. */
export const SLOTS = {
  notes: 0,
  stage: 1,
  stdin: 2,
  stdout: 3,
  stderr: 4,
  terminal: 5,
  manager: 6,
  relay: 7,
  draft: 8,
} as const

/** The name of a descriptor that the keeper holds. */
export type Slot = keyof typeof SLOTS

export const SLOT_NAMES = Object.keys(SLOTS) as Slot[]

/** A message of the keeper, decoded. The descriptors that came along are the receiver's. */
export type HoldReport =
  | { kind: 'held'; keeper: number; progress: number; fds: Partial<Record<Slot, number>> }
  | { kind: 'busy'; server: number }
  | { kind: 'refused'; refusal: number; errno: number }
  | { kind: 'failed'; step: number; errno: number }
  | { kind: 'started'; pid: number }
  | { kind: 'terminal'; fd: number | undefined }
  | { kind: 'exited'; status: ExitStatus }
  | { kind: 'container'; pid: number }
  | { kind: 'ended'; status: ExitStatus }
  | { kind: 'noted'; progress: number }
  | { kind: 'finished' }

type Kind = keyof typeof HOLD_REPORTS

const WORD = 4 // bytes

/** The lengths of the words after the kind. */
const LENGTHS: Readonly<Record<Kind, number>> = {
  held: 3 * WORD,
  busy: WORD,
  refused: 2 * WORD,
  failed: 2 * WORD,
  started: WORD,
  terminal: 0,
  exited: RECORD,
  container: WORD,
  ended: RECORD,
  noted: WORD,
  finished: 0,
}

/** The most bytes of a message of the keeper. */
export const LONGEST_REPORT = WORD + RECORD

const KINDS = new Map<number, Kind>(
  Object.entries(HOLD_REPORTS).map(([kind, number]) => [number, kind as Kind]),
)

/** Encodes a request. */
export function encodeHoldRequest(kind: keyof typeof HOLD_REQUESTS, word?: number): Uint8Array {
  const message = Buffer.alloc(word === undefined ? WORD : 2 * WORD)
  message.writeUInt8(HOLD_REQUESTS[kind], 0)
  if (word !== undefined) message.writeUInt32LE(word >>> 0, WORD)
  return message
}

/**
 * Decodes a message of the keeper.
 *
 * @param fds The descriptors that came along.
 * @throws {RangeError} if it is not one.
 */
export function decodeHoldReport(message: Buffer, fds: readonly number[]): HoldReport {
  const kind = KINDS.get(message[0] as number)
  if (kind === undefined || message.length !== WORD + LENGTHS[kind]) {
    throw new RangeError(`invalid message ${message.toString('hex', 0, WORD)} of a keeper`)
  }
  const word = (index: number) => message.readUInt32LE((1 + index) * WORD)
  switch (kind) {
    case 'held':
      return { kind, keeper: word(0), progress: word(1), fds: bySlot(word(2), fds) }
    case 'busy':
      return { kind, server: word(0) }
    case 'refused':
      return { kind, refusal: word(0), errno: word(1) }
    case 'failed':
      return { kind, step: word(0), errno: word(1) }
    case 'terminal':
      return { kind, fd: fds[0] }
    case 'exited':
    case 'ended':
      return { kind, status: statusIn(message.subarray(WORD)) }
    case 'started':
    case 'container':
      return { kind, pid: word(0) }
    case 'noted':
      return { kind, progress: word(0) }
    case 'finished':
      return { kind }
  }
}

function bySlot(bits: number, fds: readonly number[]): Partial<Record<Slot, number>> {
  const filled = SLOT_NAMES.filter((name) => (bits & (1 << SLOTS[name])) !== 0)
  if (filled.length !== fds.length) {
    throw new RangeError(`invalid message of a keeper: ${fds.length} descriptors for ${filled}`)
  }
  return Object.fromEntries(filled.map((name, i) => [name, fds[i] as number]))
}
