import { WriteStream } from 'node:tty'
import { styleText } from 'node:util'
import { isUtf8 } from '../../base/environment.js'
import type { Look } from './render.js'

/** When to use colours: on a terminal that has them, or as the user says. */
export const COLOURS = ['auto', 'always', 'never'] as const
export type Colours = (typeof COLOURS)[number]

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

/**
 * Determines how to draw on this output. Called for each drawing, because a terminal's size may change.
 *
 * @param colours `--color` of the command line, which overrides NO_COLOR and FORCE_COLOR.
 */
export function lookOf(
  target: Target,
  env: Environment,
  redraw: boolean,
  colours: Colours = 'auto',
): Look {
  // A terminal with 0 columns has an unknown size, for example a serial line.
  const known = target.isTTY === true
  return {
    unicode: isUtf8(env),
    colour: colours === 'auto' ? hasColours(target, env) : colours === 'always',
    width: (known && target.columns) || undefined,
    // Leave one line for the cursor below the drawing.
    height: (redraw && target.rows && target.rows - 1) || undefined,
  }
}

// Node reads NO_COLOR, FORCE_COLOR and TERM. FORCE_COLOR counts on a pipe too, where Node has no stream to ask. Node
// warns if both are set, and lets FORCE_COLOR win, so only one is shown to it.
function hasColours(target: Target, env: Environment): boolean {
  const { NO_COLOR, FORCE_COLOR, ...others } = env
  if (FORCE_COLOR !== undefined) return hasColors({ ...others, FORCE_COLOR })
  return target.isTTY === true && !NO_COLOR && hasColors(others)
}

const hasColors = (env: Environment) => WriteStream.prototype.hasColors(env as object)

/** Colours a text, whatever this process writes to: `lookOf()` has decided. */
export const paint = (text: string, style: 'red' | 'yellow' | 'green' | 'bold') =>
  styleText(style, text, { validateStream: false })

const CLEAR = '\x1b[H\x1b[2J'
const HOME = '\x1b[H'
const ERASE_LINE = '\x1b[K'
const ERASE_BELOW = '\x1b[J'

/** Draws over the previous drawing. It erases line by line, because an empty screen in between would flicker. */
export function overdraw(lines: readonly string[], isFirst: boolean): string {
  const text = lines.map((line) => `${line}${ERASE_LINE}\n`).join('')
  return (isFirst ? CLEAR : HOME) + text + ERASE_BELOW
}
