import { box, frame, LINE, text, WIDTH, wrap } from './frame.mjs'

const LEFT = 24
const TEXT = 48
const HEAD = 34

/** Who ends what: `[name, [[mark, when, what], …]]`. A mark is `term`, `grace`, `kill` or `exit`. */
const ENDINGS = [
  [
    'spawn, run',
    [
      [
        'term',
        'timeout, abort, or the end of await using',
        'SIGTERM (killSignal) to the child alone',
      ],
      ['grace', 'grace: 5 s', 'The wait ends when the child exits'],
      ['kill', 'grace is over', 'SIGKILL to the child alone'],
    ],
  ],
  [
    'runJob, sexton run',
    [
      [
        'term',
        'the command exits, timeout, abort, or Node is gone',
        'The keeper stops all processes; SIGTERM and SIGCONT to each',
      ],
      ['grace', 'grace: 5 s, by the clock of the keeper', 'The wait ends when nothing is left'],
      [
        'kill',
        'grace is over',
        'SIGKILL to all, again and again; the result names what does not die',
      ],
    ],
  ],
  [
    'pid1',
    [
      [
        'exit',
        'SIGTERM comes',
        'Forwarded to the command, without a limit (--kill-after sets one)',
      ],
      ['term', 'the command has exited', 'SIGTERM and SIGCONT to its survivors'],
      [
        'grace',
        '--grace: 5 s, or a second TERM, INT or QUIT',
        'The wait ends when no survivor is left',
      ],
      ['kill', 'the grace is over', 'SIGKILL to all, again and again'],
    ],
  ],
  [
    'shutdown()',
    [
      [
        'exit',
        'TERM, INT or HUP comes',
        'The handler runs; the sender is logged. Nobody is signalled',
      ],
      [
        'grace',
        'timeout: 8 s, or a second signal',
        'The process exits as soon as the handler is done',
      ],
      ['kill', 'the time is over', 'The process exits with 128 + the number of the signal'],
    ],
  ],
  [
    'sexton/init',
    [
      [
        'term',
        "the process exits, after its 'exit' listeners",
        'SIGTERM and SIGCONT to all descendants',
      ],
      ['grace', '1 s later', 'A line on stderr names whom the exit waits for'],
      [
        'grace',
        'SEXTON_GRACE: 5 s, or TERM, INT, QUIT or HUP',
        'The wait ends when no descendant is left',
      ],
      ['kill', 'the grace is over', 'SIGKILL to all, again and again, for 1 s at most'],
    ],
  ],
]

const TITLE = 'From SIGTERM to SIGKILL: what each part of sexton does, and when'

/** The endings of spawn, jobs, pid1, shutdown and sexton/init, one below the other. */
export function drawEndings(theme) {
  const elements = []
  let y = 2
  for (const [name, steps] of ENDINGS) {
    elements.push(
      box({ x: 1, y, width: WIDTH - 2, height: HEAD - 4 }, [name], theme, {
        classes: 'name',
        stroke: theme.accent,
      }),
    )
    y += HEAD
    for (const [index, step] of steps.entries()) {
      const drawn = drawStep(step, index === steps.length - 1, y, theme)
      elements.push(drawn.svg)
      y = drawn.end
    }
    y += 14
  }
  const description = ENDINGS.map(
    ([name, steps]) => `${name}: ${steps.map(([, when, what]) => `${when}: ${what}`).join('; ')}.`,
  ).join(' ')
  return frame({ title: TITLE, description, height: y - 8 }, theme, elements)
}

function drawStep([mark, when, what], isLast, top, theme) {
  const whens = wrap(when, WIDTH - TEXT - 4)
  const whats = wrap(what, WIDTH - TEXT - 4)
  const first = top + LINE
  const end = first + (whens.length + whats.length - 1) * LINE + 8
  const colour = { term: theme.yellow, grace: theme.faint, kill: theme.red, exit: theme.accent }[
    mark
  ]
  const middle = first - 5
  const line = isLast
    ? ''
    : `<path d="M${LEFT} ${middle}V${end + LINE}" stroke="${theme.border}" stroke-width="3"/>`
  const dot =
    mark === 'grace'
      ? `<circle cx="${LEFT}" cy="${middle}" r="5" fill="${theme.background}" stroke="${colour}" stroke-width="2"/>`
      : `<circle cx="${LEFT}" cy="${middle}" r="7" fill="${colour}"/>`
  return {
    svg:
      line +
      dot +
      text(whens, TEXT, first, { classes: 'faint' }) +
      text(whats, TEXT, first + whens.length * LINE),
    end,
  }
}
