import type { RecordFormat } from './log-sink.js'
import { logTime } from './log-time.js'
import type { StreamName } from './stream-name.js'

/** The Kubernetes log format, which conmon writes. */
export const kubernetesFormat: RecordFormat = {
  format: (stream, piece) => formatRecords(stream, piece, logTime()),
  rest: () => '',
}

/**
 * Formats a piece of output as records of the Kubernetes log format. A record has the mark `F` if its line ends with a
 * newline, and `P` if the piece ends before. The bytes stay as they are: the text is Latin-1.
 */
export function formatRecords(stream: StreamName, piece: Buffer, time: string): string {
  const [full, part] = [`${time} ${stream} F `, `${time} ${stream} P `]
  const end = piece.lastIndexOf(10) + 1
  const lines = piece.toString('latin1', 0, end)
  const rest = piece.toString('latin1', end)
  const whole = end === 0 ? '' : `${full}${lines.slice(0, -1).replaceAll('\n', `\n${full}`)}\n`
  return rest === '' ? whole : `${whole}${part}${rest}\n`
}

/** Splits formatted records into pieces that each end with a whole record, and have at most `size` bytes if possible. */
export function* splitRecords(records: string, first: number, size: number): Generator<string> {
  let [at, room] = [0, first]
  while (at < records.length) {
    const fits =
      records.length - at <= room ? records.length : records.lastIndexOf('\n', at + room - 1) + 1
    // A record that is larger than a whole file is written all the same.
    const end = fits > at ? fits : room < size ? at : records.indexOf('\n', at) + 1
    yield records.slice(at, end)
    at = end
    room = size
  }
}
