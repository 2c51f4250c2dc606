/** Formats JSON on one line. It also escapes characters that JSON permits but that a terminal may interpret. */
export function safeJson(document: unknown): string {
  return JSON.stringify(document).replace(UNSAFE, escaped)
}

const UNSAFE = /[\u007f-\u009f]|(?! )[\p{Cf}\p{Z}]/gu

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
