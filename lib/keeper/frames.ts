import type { ExitStatus } from '../exit/exit-status.js'
import { parseCommandLine } from '../system/proc-formats.js'
import { RECORD, statusIn } from './record.js'

// The frames between Node and a keeper: a kind (1 byte), three zeros, the payload's length (4 bytes), the payload.
// Numbers are little endian. native/keeper/frames.h has the same lists.

/** The kinds of frames that Node sends. */
export const REQUESTS = { end: 1, signal: 2, keep: 3, release: 4, ping: 5 } as const

/** The kinds of frames that a keeper sends. */
export const REPORTS = {
  refused: 1,
  failed: 2,
  started: 3,
  exited: 4,
  reaped: 5,
  ending: 6,
  killed: 7,
  left: 8,
  dropped: 9,
  ended: 10,
  pong: 11,
  asked: 12,
  limited: 13,
  init: 14,
} as const

/** The requirements without which a keeper refuses to start. */
export const REFUSALS = {
  noSettings: 1,
  noProc: 2,
  noSubreaper: 3,
  noPidfd: 4,
  noSignalfd: 5,
  noCgroup: 6,
  noUserNamespace: 7,
  noNamespace: 8,
  noMount: 9,
  noGroup: 10,
} as const

/** The bit of each limit in a report. */
export const LIMIT_BITS = { processes: 1, memory: 2, cpu: 4 } as const

/** A process that a keeper tells of. */
export interface ReportedProcess {
  pid: number
  /** The command's name, at most 15 bytes. The process chooses it. */
  name: string
  /** The words of its command line, at most 511 bytes of them; empty if it is not known. */
  command: readonly string[]
  /** The letter of its state, as in `Descendant`; empty if it is not known. */
  state: string
  /** The pid of its parent; 0 if it is not known. */
  ppid: number
  /** The error number of the signal that it was sent; 0 if it was sent. */
  errno: number
}

/** A frame of a keeper, decoded. */
export type Report =
  | { kind: 'refused'; refusal: number; errno: number }
  | { kind: 'failed'; step: number; errno: number }
  | { kind: 'started'; pid: number }
  | { kind: 'exited'; status: ExitStatus }
  | { kind: 'reaped'; status: ExitStatus }
  | { kind: 'ending'; reason: number }
  | { kind: 'asked' | 'killed' | 'left'; process: ReportedProcess }
  | { kind: 'dropped'; count: number }
  | { kind: 'limited'; limits: number }
  | { kind: 'init'; pid: number }
  | { kind: 'ended'; kept: number; left: number }
  | { kind: 'pong' }

const HEADER = 8 // bytes
const WORD = 4 // bytes
const PROCESS = 4 * WORD
/** The most bytes of a name with its NUL, and of a command line. */
const MOST_TEXT = 16 + 512

/** Encodes a request of words of 32 bits. */
export function encodeRequest(kind: keyof typeof REQUESTS, ...words: number[]): Uint8Array {
  const frame = Buffer.alloc(HEADER + words.length * WORD)
  frame.writeUInt8(REQUESTS[kind], 0)
  frame.writeUInt32LE(words.length * WORD, WORD)
  for (const [i, word] of words.entries()) frame.writeUInt32LE(word >>> 0, HEADER + i * WORD)
  return frame
}

type Kind = keyof typeof REPORTS
const KINDS = new Map<number, Kind>(
  Object.entries(REPORTS).map(([kind, number]) => [number, kind as Kind]),
)

/** The lengths of a kind's payload, least and most. */
const LENGTHS: Readonly<Record<Kind, readonly [number, number]>> = {
  refused: [2 * WORD, 2 * WORD],
  failed: [2 * WORD, 2 * WORD],
  started: [WORD, WORD],
  exited: [RECORD, RECORD],
  reaped: [RECORD, RECORD],
  ending: [WORD, WORD],
  killed: [PROCESS, PROCESS + MOST_TEXT],
  left: [PROCESS, PROCESS + MOST_TEXT],
  dropped: [WORD, WORD],
  ended: [2 * WORD, 2 * WORD],
  pong: [0, 0],
  asked: [PROCESS, PROCESS + MOST_TEXT],
  limited: [WORD, WORD],
  init: [WORD, WORD],
}

/** Cuts a stream of bytes into a keeper's frames. */
export class ReportDecoder {
  #rest: Buffer = Buffer.alloc(0)

  /** Whether the stream has ended within a frame, if it has ended. */
  get isCut(): boolean {
    return this.#rest.length > 0
  }

  /**
   * Takes the next piece of the stream, of any size.
   *
   * @returns The frames that are whole now.
   * @throws {RangeError} if the bytes are not frames. The stream then has no meaning any more.
   */
  decode(piece: Uint8Array): Report[] {
    const bytes = this.#rest.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#rest, piece])
    const reports: Report[] = []
    let at = 0
    while (bytes.length - at >= HEADER) {
      const [kind, length] = headerAt(bytes, at)
      const end = at + HEADER + length
      if (end > bytes.length) break
      reports.push(decodePayload(kind, bytes.subarray(at + HEADER, end)))
      at = end
    }
    this.#rest = bytes.subarray(at)
    return reports
  }
}

function headerAt(bytes: Buffer, at: number): [Kind, number] {
  const kind = KINDS.get(bytes[at] as number)
  const length = bytes.readUInt32LE(at + WORD)
  const hasZeros = bytes.readUIntLE(at + 1, 3) === 0
  const [least, most] = kind === undefined ? [0, -1] : LENGTHS[kind]
  if (kind !== undefined && hasZeros && length >= least && length <= most) return [kind, length]
  throw new RangeError(`invalid frame ${bytes.toString('hex', at, at + HEADER)} of a keeper`)
}

function decodePayload(kind: Kind, payload: Buffer): Report {
  const word = (index: number) => payload.readUInt32LE(index * WORD)
  switch (kind) {
    case 'refused':
      return { kind, refusal: word(0), errno: word(1) }
    case 'failed':
      return { kind, step: word(0), errno: word(1) }
    case 'started':
    case 'init':
      return { kind, pid: word(0) }
    case 'limited':
      return { kind, limits: word(0) }
    case 'exited':
    case 'reaped':
      return { kind, status: statusIn(payload) }
    case 'ending':
      return { kind, reason: word(0) }
    case 'asked':
    case 'killed':
    case 'left':
      return { kind, process: processIn(payload) }
    case 'dropped':
      return { kind, count: word(0) }
    case 'ended':
      return { kind, kept: word(0), left: word(1) }
    case 'pong':
      return { kind }
  }
}

function processIn(payload: Buffer): ReportedProcess {
  const letter = payload.readUInt32LE(2 * WORD)
  const text = payload.toString('utf8', PROCESS)
  const [name = ''] = text.split('\0', 1)
  return {
    pid: payload.readUInt32LE(0),
    name,
    command: parseCommandLine(text.slice(name.length + 1)),
    state: letter === 0 ? '' : String.fromCharCode(letter & 0x7f),
    ppid: payload.readUInt32LE(3 * WORD),
    errno: payload.readUInt32LE(WORD),
  }
}
