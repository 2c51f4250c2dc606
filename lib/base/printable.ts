// Whatever could move the cursor, end the line, or change the direction or order of what is around it:
// controls, formats, surrogates, private and unassigned characters, other line ends, other spaces.
// Made when it is needed: the sets of characters take a hundredth of the start of pid1.
const unsafe = () => /[\p{C}\p{Zl}\p{Zp}\\]|(?! )\p{Zs}/gu
const UNSAFE_OR_NOT_ASCII = /[^ -[\]-~]/gu

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** The text as it can be shown on one line of any terminal, with escapes for all that cannot. */
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

/** Cuts it to what fits into so many columns of a terminal; `…` (or `>`) stands for what was cut. */
export function clip(text: string, width: number, unicode: boolean): string {
  let columns = 0
  let kept = 0 // up to where the mark of the cut still fits behind it
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
