import type { Behaviour, Topic } from './behaviour.js'
import { bytesRead, settledInTime } from './scene.js'

const LARGE = 20_000_000

const UNNAMED = { 'fails, and names none': 'one must know which command to look at' }

function failing(title: string, name: string, members: readonly string[][]): Behaviour {
  return {
    title,
    needs: ['pipeline'],
    observe: async (subject) => {
      const told = await settledInTime(subject.pipeline(members))
      if (told === undefined) return 'never ends'
      if (!told.failed) return 'succeeds'
      return `fails, and names ${told.message?.includes(name) ? name : 'none'}`
    },
    sexton: `fails, and names ${name}`,
    worse: UNNAMED,
  }
}

export const pipelines: Topic = {
  title: 'Pipelines',
  behaviours: [
    {
      title: 'Two commands',
      needs: ['pipeline'],
      observe: async (subject) => {
        const told = await subject.pipeline([['printf', 'b\\na\\n'], ['sort']])
        return told?.stdout.trim() === 'a\nb' ? 'the output of the last' : 'something else'
      },
      sexton: 'the output of the last',
    },
    {
      title: '20 MB from command to command',
      needs: ['pipeline'],
      observe: async (subject) => {
        const before = bytesRead()
        const told = await subject.pipeline([
          ['head', '-c', `${LARGE}`, '/dev/zero'],
          ['wc', '-c'],
        ])
        if (told?.stdout.trim() !== `${LARGE}`) return 'not all of it'
        return bytesRead() - before > LARGE / 2
          ? 'all of it through Node'
          : 'none of it through Node'
      },
      sexton: 'none of it through Node',
      worse: {
        'all of it through Node': 'the kernel copies it once, and the event loop stays free',
      },
    },
    failing('The first of two fails', 'the-first', [['sh', '-c', 'exit 3', 'the-first'], ['cat']]),
    failing('The one in the middle fails', 'the-middle', [
      ['echo', 'x'],
      ['sh', '-c', 'cat; exit 3', 'the-middle'],
      ['cat'],
    ]),
    failing('A program of the pipeline does not exist', 'no-such-program', [
      ['no-such-program'],
      ['cat'],
    ]),
    {
      title: 'An endless command, of which `head` takes a line',
      needs: ['pipeline'],
      // Most libraries carry all of it through Node, and would keep each other from ending.
      alone: true,
      observe: async (subject) => {
        const running = subject.pipeline([['yes'], ['head', '-n', '1']])
        const told = await settledInTime(running)
        if (told === undefined) return 'never ends'
        if (told.failed) return 'fails'
        return told.stdout.trim() === 'y' ? 'succeeds' : 'loses the line'
      },
      sexton: 'succeeds',
      worse: {
        fails: '`head` has what it wanted, so nothing has failed',
        'crashes: EPIPE': '`head` has what it wanted, and a crash cannot be caught',
      },
    },
  ],
}
