const COLOURS = { 31: 'red', 33: 'yellow' }

/** What a terminal shows after some output: as much of one as the recorded programs use. */
export class Screen {
  #lines = [[]]
  #row = 0
  #column = 0
  #style = {}

  write(text) {
    for (const [part, letter, parameter] of tokens(text)) {
      if (letter !== undefined) this.#control(letter, parameter)
      else if (part === '\n') this.#moveTo(this.#row + 1)
      else if (part === '\r') this.#column = 0
      else this.#put(part)
    }
  }

  /** The lines, each a list of runs of one style: `{ column, text, colour, bold }`. */
  lines() {
    return this.#lines.map(runs)
  }

  #put(character) {
    this.#lines[this.#row][this.#column] = { character, ...this.#style }
    this.#column += 1
  }

  #control(letter, parameter) {
    if (letter === 'A') this.#moveTo(this.#row - Number(parameter || 1))
    else if (letter === 'K') this.#lines[this.#row].length = this.#column
    else if (letter === 'm') this.#restyle(Number(parameter || 0))
    else throw new Error(`the recording has a control sequence that is not drawn: ${letter}`)
  }

  #restyle(code) {
    if (code === 0) this.#style = {}
    else if (code === 1) this.#style = { ...this.#style, bold: true }
    else if (code === 22) this.#style = { ...this.#style, bold: undefined }
    else this.#style = { ...this.#style, colour: COLOURS[code] }
  }

  #moveTo(row) {
    this.#row = Math.max(row, 0)
    while (this.#lines.length <= this.#row) this.#lines.push([])
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a control sequence begins with one
const TOKEN = /\x1b\[([\d;]*)([A-Za-z])|./gsu

function* tokens(text) {
  for (const [part, parameter, letter] of text.matchAll(TOKEN)) yield [part, letter, parameter]
}

function runs(cells) {
  const found = []
  for (const [column, cell] of cells.entries()) {
    const { character = ' ', colour, bold } = cell ?? {}
    const last = found.at(-1)
    if (last !== undefined && last.colour === colour && last.bold === bold) last.text += character
    else found.push({ column, text: character, colour, bold })
  }
  return found
}
