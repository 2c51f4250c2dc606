import type { RecordFormat } from '../log-sink.js'
import type { StreamName } from '../stream-name.js'
import { universalTime } from './time.js'

// Bytes of a line that are kept back for its end. A longer line becomes several records, as the format has no mark for
// one that goes on.
const LONGEST_LINE = 65_536

/** shimmy's log: one record for each line, with its time in UTC and its stream. */
export class LineFormat implements RecordFormat {
  /** The beginning of a line whose end has not come, of each stream. */
  readonly #begun = new Map<StreamName, string>()

  format(stream: StreamName, piece: Buffer): string {
    const text = (this.#begun.get(stream) ?? '') + piece.toString('latin1')
    const end = text.lastIndexOf('\n') + 1
    const rest = text.slice(end)
    const keeps = rest.length < LONGEST_LINE
    this.#begun.set(stream, keeps ? rest : '')
    return records(stream, keeps || rest === '' ? text.slice(0, end) : `${text}\n`)
  }

  rest(): string {
    const lines = [...this.#begun].filter(([, line]) => line !== '')
    this.#begun.clear()
    return lines.map(([stream, line]) => records(stream, `${line}\n`)).join('')
  }
}

/** The records of whole lines. */
function records(stream: StreamName, lines: string): string {
  if (lines === '') return ''
  const head = `${universalTime()} ${stream} `
  return `${head}${lines.slice(0, -1).replaceAll('\n', `\n${head}`)}\n`
}
