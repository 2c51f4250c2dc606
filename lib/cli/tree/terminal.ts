import type { Look } from './render.js'

type Environment = Readonly<Record<string, string | undefined>>

/** The members of a `tty.WriteStream` that determine how a tree is drawn. */
export interface Target {
  isTTY?: boolean
  columns?: number
  rows?: number
}

/** Whether a drawing may replace the previous one. NO_COLOR disables these codes too. */
export function canRedraw({ isTTY }: Target, env: Environment): boolean {
  return isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

/** Determines how to draw on this output. Called for each drawing, because a terminal's size may change. */
export function lookOf(target: Target, env: Environment, redraw: boolean): Look {
  // A terminal with 0 columns has an unknown size, for example a serial line.
  const known = target.isTTY === true
  return {
    unicode: isUtf8(env),
    colour: canRedraw(target, env),
    width: (known && target.columns) || undefined,
    // Leave one line for the cursor below the drawing.
    height: (redraw && target.rows && target.rows - 1) || undefined,
  }
}

/** Whether the locale is UTF-8. As in setlocale(3), the first of three variables that is set decides. */
function isUtf8(env: Environment): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
}

const CLEAR = '\x1b[H\x1b[2J'
const HOME = '\x1b[H'
const ERASE_LINE = '\x1b[K'
const ERASE_BELOW = '\x1b[J'

/** Draws over the previous drawing. It erases line by line, because an empty screen in between would flicker. */
export function overdraw(lines: readonly string[], isFirst: boolean): string {
  const text = lines.map((line) => `${line}${ERASE_LINE}\n`).join('')
  return (isFirst ? CLEAR : HOME) + text + ERASE_BELOW
}
