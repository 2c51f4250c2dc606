import { LineKeeper } from '../line-keeper.js'
import type { RecordFormat } from '../log-sink.js'
import type { StreamName } from '../stream-name.js'
import { universalTime } from './time.js'

/**
 * shimmy's log: one record for each line, with its time in UTC and its stream. A line that is too long to be kept becomes
 * several records, as the format has no mark for one that goes on.
 */
export class LineFormat implements RecordFormat {
  readonly #keeper = new LineKeeper()

  format(stream: StreamName, piece: Buffer): string {
    const { whole, part } = this.#keeper.add(stream, piece)
    return wholeRecords(stream, whole) + lastRecord(stream, part)
  }

  rest(): string {
    const streams = ['stdout', 'stderr'] as const
    return streams.map((stream) => lastRecord(stream, this.#keeper.rest(stream))).join('')
  }
}

function wholeRecords(stream: StreamName, lines: Buffer): string {
  if (lines.length === 0) return ''
  const head = headOf(stream)
  return `${head}${lines.toString('latin1', 0, lines.length - 1).replaceAll('\n', `\n${head}`)}\n`
}

function lastRecord(stream: StreamName, line: Buffer): string {
  return line.length === 0 ? '' : `${headOf(stream)}${line.toString('latin1')}\n`
}

function headOf(stream: StreamName): string {
  return `${universalTime()} ${stream} `
}
