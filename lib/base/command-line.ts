// A string, or bytes that need not be UTF-8.
type Bytes = string | Uint8Array

// At the beginning of a command, a shell understands words of its own, and `A=b` as an assignment.
const PLAIN =
  /^(?!(?:if|then|elif|else|fi|case|esac|for|foreach|select|while|until|repeat|do|done|end|in|function|time|coproc|nocorrect)$)[\w@%+:,./-]+$/
// zsh replaces `=ls` by the path of ls.
const PLAIN_ARGUMENT = /^[\w@%+:,./-][\w@%+=:,./-]*$/
// Control characters, line ends, and marks that change the direction of the text after them.
const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape.
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * Writes a command as one line that can be pasted into bash, zsh or ksh.
 *
 * A control character and a byte that is not UTF-8 are written in `$'…'`, so that the line is one line and a terminal
 * shows it as it is.
 */
export function commandLine(file: Bytes, args: readonly Bytes[]): string {
  return [quoteWord(file, PLAIN), ...args.map((each) => quoteWord(each, PLAIN_ARGUMENT))].join(' ')
}

function quoteWord(word: Bytes, plain: RegExp): string {
  const text = typeof word === 'string' ? word : decode(word)
  if (text === undefined) return `$'${escapeBytes(word as Uint8Array)}'`
  if (plain.test(text)) return text
  if (text.search(CONTROL) < 0) return `'${text.replaceAll("'", "'\\''")}'`
  return `$'${text.replace(/[\\']/g, '\\$&').replace(CONTROL, escapeControl)}'`
}

// Returns `undefined` if the bytes are not UTF-8.
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function escapeControl(character: string): string {
  const code = character.charCodeAt(0)
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  // Octal, because the digits after `\x` could go on in the text that follows.
  return code < 0x80
    ? `\\${octal(code)}`
    : [...Buffer.from(character)].map((byte) => `\\${octal(byte)}`).join('')
}

function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte)
    if (byte < 0x20 || byte > 0x7e) return `\\${octal(byte)}`
    return character === '\\' || character === "'" ? `\\${character}` : character
  }).join('')
}

function octal(byte: number): string {
  return byte.toString(8).padStart(3, '0')
}
