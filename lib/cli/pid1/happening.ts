import { ExitStatus } from '../../exit/exit-status.js'
import { originOf, type SignalOrigin } from '../../signals/origin.js'
import { binding } from '../../system/binding.js'
import { signalName } from '../../system/signal-names.js'

// The messages of the keeper to its observer. native/keeper/pid1/report.h has their layout.

/** The kinds of a happening, in the order of their numbers. */
const KINDS = [
  ...(['none', 'started', 'stopped', 'continued', 'forwarded', 'forced', 'reaped'] as const),
  ...(['exited', 'asked', 'left', 'dropped'] as const),
] as const

export interface Happening {
  kind: (typeof KINDS)[number]
  level: number
  pid: number
  name: string
  /** The signal that came, and the signal that was sent. */
  signal: string
  sent: string
  from: SignalOrigin
  exitCode: number
  status: ExitStatus
  text: string
}

// Places in bytes. The text follows the record of the status.
const [SIZE, LEVEL, KIND, PID, SIGNAL, SENT, EXIT_CODE, NAME, RECORD] = [
  ...[0, 4, 8, 12, 16, 20, 36, 40, 56],
] as const
const [ORIGIN_PID, ORIGIN_UID, ORIGIN_CODE] = [24, 28, 32] as const

const textPlace = () => RECORD + Float64Array.BYTES_PER_ELEMENT * binding.waitFields

/** The size of the first happening in these bytes; 0 if it is not whole yet. */
export function sizeOfHappening(bytes: Buffer): number {
  const size = bytes.length < textPlace() ? 0 : bytes.readUInt32LE(SIZE)
  return size > bytes.length ? 0 : size
}

/** Reads one happening. */
export function readHappening(bytes: Buffer): Happening {
  const number = (place: number) => bytes.readInt32LE(place)
  const record = Float64Array.from({ length: binding.waitFields }, (_, i) =>
    bytes.readDoubleLE(RECORD + Float64Array.BYTES_PER_ELEMENT * i),
  )
  return {
    kind: KINDS[number(KIND)] ?? 'none',
    level: number(LEVEL),
    pid: number(PID),
    name: bytes.toString('utf8', NAME, bytes.indexOf(0, NAME)),
    signal: signalName(number(SIGNAL)),
    sent: signalName(number(SENT)),
    from: originOf(number(ORIGIN_PID), bytes.readUInt32LE(ORIGIN_UID), number(ORIGIN_CODE)),
    exitCode: number(EXIT_CODE),
    status: ExitStatus.fromRecord(record, 0),
    text: bytes.toString('utf8', textPlace()),
  }
}
