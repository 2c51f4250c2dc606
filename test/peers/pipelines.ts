import type { Topic } from './behaviour.js'
import { bytesRead, settledInTime } from './scene.js'
import type { Told } from './subject.js'

const LARGE = 20_000_000

const named = (told: Told | undefined, words: readonly string[]): string => {
  if (told === undefined) return 'never ends'
  if (!told.failed) return 'succeeds'
  const text = `${told.message}`
  const names = words.filter((word) => text.includes(word))
  return names.length === 0 ? 'fails, and names none' : `fails, and names ${names.join(' and ')}`
}

const failing = (name: string, code: number) => ['sh', '-c', `cat; exit ${code}`, name]

const UNNAMED = { 'fails, and names none': 'one must know which command to look at' }

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
    {
      title: 'The first of two fails',
      needs: ['pipeline'],
      observe: async (subject) => {
        const members = [['sh', '-c', 'exit 3', 'the-first'], ['cat']]
        return named(await subject.pipeline(members), ['the-first'])
      },
      sexton: 'fails, and names the-first',
      worse: UNNAMED,
    },
    {
      title: 'The one in the middle fails',
      needs: ['pipeline'],
      observe: async (subject) => {
        const members = [['echo', 'x'], failing('the-middle', 3), ['cat']]
        return named(await subject.pipeline(members), ['the-middle'])
      },
      sexton: 'fails, and names the-middle',
      worse: UNNAMED,
    },
    {
      title: 'A program of the pipeline does not exist',
      needs: ['pipeline'],
      observe: async (subject) => {
        const running = subject.pipeline([['no-such-program'], ['cat']])
        return named(await settledInTime(running), ['no-such-program'])
      },
      sexton: 'fails, and names no-such-program',
      worse: UNNAMED,
    },
    {
      title: 'An endless command, of which `head` takes a line',
      needs: ['pipeline'],
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
