import { MONOSPACE, SANS, xmlText } from './themes.mjs'

/** What a reader wants, and what does it. */
const CHOICES = [
  ['My container runs Node, and fills with zombies', 'sexton/init', 'one line in the Node program'],
  [
    'My container runs anything, or Node may hang',
    'pid1 -- command',
    'an init in front, as tini is',
  ],
  ["I want a command's output", 'run, pipeline', 'no shell, no lost output'],
  ['Nothing of a command may outlive it', 'runJob, sexton run', 'even if Node is killed'],
  ['I want the child itself: streams, descriptors', 'spawn', 'does not fork the heap'],
  [
    'I did not start the process',
    'waitForExit, openProcess',
    'wait for it, signal it, never another',
  ],
  ['My server must stop without losing requests', 'shutdown, Signals', 'and say who asked for it'],
  [
    'I have zombies, and do not know whose',
    'sexton tree, sexton doctor',
    'who keeps them, and why',
  ],
]

const WIDTH = 872
const ROW = 58
const LEFT = 380
const RIGHT = 440

/** The question "Which one do I need?", answered. */
export function drawChoices(theme) {
  const height = CHOICES.length * ROW + 8
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>Which one do I need?</title>
<desc>${xmlText(CHOICES.map(([want, what]) => `${want}: ${what}.`).join(' '))}</desc>
<style>text{font:15px ${SANS};fill:${theme.text}}.what{font:600 15px ${MONOSPACE};fill:${theme.accent}}.why{font-size:13px;fill:${theme.faint}}</style>
<defs><marker id="arrow" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0 0L8 4L0 8z" fill="${theme.faint}"/></marker></defs>
<rect width="${WIDTH}" height="${height}" fill="${theme.background}"/>
${CHOICES.map((choice, index) => drawChoice(choice, 8 + index * ROW, theme)).join('\n')}
</svg>
`
}

function drawChoice([want, what, why], top, theme) {
  const box = (x, width, stroke) =>
    `<rect x="${x}" y="${top}" width="${width}" height="${ROW - 12}" rx="8" fill="${theme.box}" stroke="${stroke}"/>`
  const middle = top + (ROW - 12) / 2
  return `${box(1, LEFT, theme.border)}<text x="18" y="${middle + 5}">${xmlText(want)}</text>
<path d="M${LEFT + 6} ${middle}H${WIDTH - RIGHT - 8}" stroke="${theme.faint}" stroke-width="1.5" marker-end="url(#arrow)"/>
${box(WIDTH - RIGHT - 1, RIGHT, theme.accent)}<text class="what" x="${WIDTH - RIGHT + 16}" y="${top + 20}">${xmlText(what)}</text><text class="why" x="${WIDTH - RIGHT + 16}" y="${top + 38}">${xmlText(why)}</text>`
}
