import type { CheckedOutput } from './checked-options.js'
import type { OutputBuffer } from './output-buffer.js'
import { linesOf, withoutCutCharacter, withoutFinalNewline } from './text.js'

/** Converts collected output to the form that `encoding`, `lines` and `stripFinalNewline` ask for. */
export function deliver(
  buffer: OutputBuffer,
  { encoding, lines, stripFinalNewline }: CheckedOutput,
): string | string[] | Buffer {
  const bytes = buffer.contents()
  const whole = encoding === 'utf8' ? withoutCutCharacter(bytes, buffer.cut) : bytes
  if (lines) return linesOf(whole.toString())
  const stripped = stripFinalNewline ? withoutFinalNewline(whole) : whole
  return encoding === 'buffer' ? stripped : stripped.toString()
}
