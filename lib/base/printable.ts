// Characters that could move the cursor, end the line, or reorder the text around them: controls, formats,
// surrogates, private and unassigned characters, other line ends, other spaces. The expression is built when
// first used, because its character sets would take a hundredth of pid1's start.
const unsafe = () => /[\p{C}\p{Zl}\p{Zp}\\]|(?! )\p{Zs}/gu
const UNSAFE_OR_NOT_ASCII = /[^ -[\]-~]/gu

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** Escapes every character of the text that could disturb a terminal or a line of a log. */
export function printable(text: string, unicode: boolean): string {
  return text.replace(unicode ? unsafe() : UNSAFE_OR_NOT_ASCII, escaped)
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number
  const hex = code.toString(16)
  return NAMED[character] ?? (code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`)
}

const ZERO_WIDTH = /^[\p{Mn}\p{Me}]$/u
const WIDE =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u

/** Cuts the text to `width` columns of a terminal. A `…` (or `>`) replaces the part that was cut. */
export function clip(text: string, width: number, unicode: boolean): string {
  let columns = 0
  let kept = 0 // the length of text that leaves room for the mark
  let at = 0
  for (const character of text) {
    columns += columnsOf(character)
    if (columns > width) return text.slice(0, kept) + (unicode ? '…' : '>').slice(0, width)
    at += character.length
    if (columns < width) kept = at
  }
  return text
}

function columnsOf(character: string): number {
  if (character >= ' ' && character <= '~') return 1
  if (ZERO_WIDTH.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
