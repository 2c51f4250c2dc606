import type { Topic } from './behaviour.js'
import { settledInTime } from './scene.js'
import type { Subject } from './subject.js'

const TIMES = 200
const IN_FLIGHT = 8
const SIZE = 60_000
const LARGE = 200_000_000

/** How many of many commands, each of which writes `SIZE` bytes and exits, have lost some. */
async function losses(subject: Subject): Promise<number> {
  let left = TIMES
  let lost = 0
  const lane = async () => {
    while (left > 0) {
      left -= 1
      const { stdout } = await subject.run('head', ['-c', `${SIZE}`, '/dev/zero'])
      if (stdout.length !== SIZE) lost += 1
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  return lost
}

const large = (subject: Subject, maxBuffer?: number) =>
  // No zeros: execa escapes them in its message, which is too long for a string then.
  subject.run(
    'sh',
    ['-c', `yes abcdefgh | head -c ${LARGE}`],
    maxBuffer === undefined ? {} : { maxBuffer },
  )

export const output: Topic = {
  title: 'Output',
  behaviours: [
    {
      title: `${SIZE / 1000} KB from a command that exits at once, ${TIMES} times`,
      observe: async (subject) => {
        const lost = await losses(subject)
        return lost === 0 ? 'all of it' : `some is lost in ${lost} of ${TIMES}`
      },
      sexton: 'all of it',
    },
    {
      title: '200 MB, with a limit that allows it',
      alone: true,
      observe: async (subject) => {
        const { stdout, failed } = await large(subject, 1e9)
        return !failed && stdout.length === LARGE ? 'all of it' : 'fails'
      },
      sexton: 'all of it',
    },
    {
      title: '200 MB, without a limit of the caller’s',
      alone: true,
      observe: async (subject) => {
        const { stdout, failed } = await large(subject)
        const megabytes = Math.round(stdout.length / 1e6)
        return failed ? `fails, with the first ${megabytes} MB` : 'all of it'
      },
      sexton: 'fails, with the first 100 MB',
      worse: {
        'fails, with the first 1 MB': 'many commands write more than 1 MB',
        'all of it': 'a command that goes on writing must not fill the memory',
      },
    },
    {
      title: '1 MB that nobody wants: the wait for the exit code',
      observe: async (subject) => {
        const command = ['-c', 'head -c 1000000 /dev/zero; exit 0']
        const code = await settledInTime(subject.wait('sh', command))
        return code === 0 ? 'exit 0' : 'never ends'
      },
      sexton: 'exit 0',
      worse: { 'never ends': 'a full pipe stops the command, and nobody has asked for its output' },
    },
    {
      title: 'Bytes that are not UTF-8, as a string',
      observe: async (subject) => {
        const { stdout } = await subject.run('printf', ['a\\377b'])
        return stdout === 'a\ufffdb' ? 'U+FFFD in their place' : JSON.stringify(stdout)
      },
      sexton: 'U+FFFD in their place',
    },
    {
      title: 'Bytes that are not UTF-8, as bytes',
      needs: ['bytes'],
      observe: async (subject) => {
        const { stdout } = await subject.run('printf', ['a\\377\\000b'], { bytes: true })
        return Buffer.from(stdout).toString('hex') === '61ff0062' ? 'the same bytes' : 'other bytes'
      },
      sexton: 'the same bytes',
      worse: { 'other bytes': 'bytes that were a string in between are not those of the command' },
    },
    {
      title: 'Characters of three bytes that lie across chunks',
      observe: async (subject) => {
        const { stdout } = await subject.run('sh', ['-c', "yes '€' | head -n 100000 | tr -d '\\n'"])
        return stdout === '€'.repeat(100_000) ? 'whole' : 'broken'
      },
      sexton: 'whole',
      worse: { broken: 'where a chunk ends is chance' },
    },
    {
      title: '1000 lines to both outputs in turns, as one text',
      needs: ['all'],
      observe: async (subject) => {
        const loop = 'i=0; while [ $i -lt 500 ]; do echo $i; echo $i >&2; i=$((i+1)); done'
        const { all = '' } = await subject.run('sh', ['-c', loop], { all: true })
        const order = Array.from({ length: 500 }, (_, i) => `${i}\n${i}\n`).join('')
        return all.trimEnd() === order.trimEnd() ? 'their order' : 'another order'
      },
      sexton: 'their order',
      worse: { 'another order': 'one pipe for both outputs keeps the order, and two do not' },
    },
  ],
}
