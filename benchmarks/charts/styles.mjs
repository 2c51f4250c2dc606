// The colour and the marker of each contender, one for all charts. sexton's own are coloured and its best way is thick;
// the others are grey. No reader has to tell two greys apart: a line has its name at its end.

const SHADES = {
  light: { ours: ['#0969da', '#1b7c83', '#8250df'], others: ['#1f2328', '#59636e', '#6e7781'] },
  dark: { ours: ['#4493f8', '#39c5cf', '#ab7df8'], others: ['#e6edf3', '#b1bac4', '#8b949e'] },
}

const ours = (shade, marker, label) => ({ side: 'ours', shade, marker, label })
const other = (shade, marker, label) => ({ side: 'others', shade, marker, label })

const CONTENDERS = {
  sexton: ours(0, 'circle'),
  pidfd: ours(0, 'circle', 'sexton (pidfd)'),
  pid1: ours(0, 'circle'),
  sigchld: ours(1, 'square', 'sexton (sigchld)'),
  'pid1 of the library': ours(1, 'square'),
  poll: ours(2, 'diamond', 'sexton (poll)'),
  child_process: other(0, 'triangle'),
  tini: other(0, 'triangle'),
  execa: other(1, 'diamond'),
  'dumb-init': other(1, 'diamond'),
  'naive loop': other(1, 'diamond'),
  'nano-spawn': other(2, 'square'),
  catatonit: other(2, 'square'),
  'two-step loop': other(2, 'square'),
  tinyexec: other(1, 'cross'),
  zx: other(2, 'plus'),
}

/** How a contender is drawn in a theme: its label, colour, marker, and the width of its line. */
export function styleOf(name, theme) {
  const contender = CONTENDERS[name]
  if (contender === undefined) throw new RangeError(`no style for '${name}': add it to styles.mjs`)
  const { side, shade, marker, label = name } = contender
  const isBest = side === 'ours' && shade === 0
  return { label, marker, colour: SHADES[theme][side][shade], width: isBest ? 4 : 1.75 }
}

const SIZE = 4.5

const PATHS = {
  circle: `M${-SIZE} 0a${SIZE} ${SIZE} 0 1 0 ${2 * SIZE} 0a${SIZE} ${SIZE} 0 1 0 ${-2 * SIZE} 0z`,
  square: 'M-4 -4H4V4H-4z',
  triangle: 'M0 -5.5L5 4H-5z',
  diamond: 'M0 -5.5L5.5 0L0 5.5L-5.5 0z',
  cross: 'M-4 -4L4 4M4 -4L-4 4',
  plus: 'M-5 0H5M0 -5V5',
}

/** The marker at a point. */
export function drawMarker({ marker, colour }, x, y) {
  const paint = /z$/.test(PATHS[marker])
    ? `fill="${colour}"`
    : `fill="none" stroke="${colour}" stroke-width="2"`
  return `<path class="marker" d="${PATHS[marker]}" transform="translate(${x} ${y})" ${paint}/>`
}
