import type { Look } from './render.js'

type Environment = Readonly<Record<string, string | undefined>>

/** As much of a `tty.WriteStream` as decides how a tree is drawn. */
export interface Target {
  isTTY?: boolean
  columns?: number
  rows?: number
}

/** Whether a drawing may be made over the one before. Who wants no colour wants no such codes either. */
export function canRedraw({ isTTY }: Target, env: Environment): boolean {
  return isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

/** How it is drawn there; asked anew for each drawing, since a terminal's size changes. */
export function lookOf(target: Target, env: Environment, redraw: boolean): Look {
  // A terminal of 0 columns is one that does not tell (a serial line).
  const known = target.isTTY === true
  return {
    unicode: isUtf8(env),
    colour: canRedraw(target, env),
    width: (known && target.columns) || undefined,
    // The cursor's line, below the drawing, must stay on the screen too.
    height: (redraw && target.rows && target.rows - 1) || undefined,
  }
}

/** As setlocale(3) does: the first of the three that is set decides. */
function isUtf8(env: Environment): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
}

const CLEAR = '\x1b[H\x1b[2J'
const HOME = '\x1b[H'
const ERASE_LINE = '\x1b[K'
const ERASE_BELOW = '\x1b[J'

/** One drawing over the one before, without the flicker of an empty screen in between. */
export function overdraw(lines: readonly string[], isFirst: boolean): string {
  const text = lines.map((line) => `${line}${ERASE_LINE}\n`).join('')
  return (isFirst ? CLEAR : HOME) + text + ERASE_BELOW
}
