import { describe, expect, it } from 'vitest'
import { EndRequest } from '../../../lib/signals/end-request.js'

const from = (sender: number | 'kernel', number = 2) => ({
  name: 'SIGINT' as const,
  number,
  origin:
    sender === 'kernel'
      ? { pid: 0, uid: 0, code: 'SI_KERNEL' }
      : { pid: sender, uid: 0, code: 'SI_USER' },
})
type Signal = [sender: number | 'kernel', at: number]

/** For each signal after the first, whether it says the same once more. */
function echoes([first, ...rest]: [Signal, ...Signal[]]): boolean[] {
  const request = new EndRequest(from(first[0]), first[1])
  return rest.map(([sender, at]) => request.isEcho(from(sender), at))
}

describe('A request to end', () => {
  it.each<[string, [Signal, ...Signal[]], boolean[]]>([
    [
      'a terminal, and npm',
      [
        ['kernel', 0],
        [10, 100],
      ],
      [true],
    ],
    [
      'npm, and the terminal',
      [
        [10, 0],
        ['kernel', 100],
      ],
      [true],
    ],
    [
      'a terminal, and npm in npm: the inner one hands on both',
      [
        ['kernel', 0],
        [10, 60],
        [10, 90],
      ],
      [true, true],
    ],
    [
      'tini -g, and the parent',
      [
        [1, 0],
        [10, 200],
      ],
      [true],
    ],
    [
      'timeout, which signals child and group',
      [
        [10, 0],
        [10, 1],
      ],
      [true],
    ],
    [
      'Ctrl-C twice',
      [
        ['kernel', 0],
        ['kernel', 100],
      ],
      [false],
    ],
    [
      'Ctrl-C twice under npm',
      [
        ['kernel', 0],
        [10, 5],
        ['kernel', 100],
      ],
      [true, false],
    ],
    [
      'the same process twice',
      [
        [10, 0],
        [10, 100],
      ],
      [false],
    ],
    [
      'another process, later',
      [
        [10, 0],
        [11, 500],
      ],
      [false],
    ],
    [
      'a terminal, and npm, but late',
      [
        ['kernel', 0],
        [10, 500],
      ],
      [false],
    ],
  ])('is one however it comes: %s', (_, signals, expected) => {
    expect(echoes(signals)).toEqual(expected)
  })
})
