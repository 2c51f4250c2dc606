import { spawn } from 'node:child_process'
import type { Topic } from './behaviour.js'
import type { Subject } from './subject.js'

const STARTS = 15
const MEGABYTES = 500
/** How many times less than child_process a library must hold the loop for a word of praise. */
const MUCH = 5

/** The milliseconds until the event loop comes to its next turn. */
async function held(start: () => Promise<unknown>): Promise<number> {
  await nextTurn()
  const begun = performance.now()
  const ended = start()
  await nextTurn()
  const time = performance.now() - begun
  await ended
  return time
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1] as number

const spawnPlainly = () =>
  new Promise((resolve) => spawn('true', [], { stdio: 'ignore' }).once('exit', resolve))

async function comparison(subject: Subject): Promise<number> {
  const times: number[] = []
  const plain: number[] = []
  for (let i = 0; i < STARTS; i += 1) {
    times.push(await held(() => subject.run('true', [])))
    plain.push(await held(spawnPlainly))
  }
  return median(plain) / median(times)
}

export const eventLoop: Topic = {
  title: 'The event loop',
  behaviours: [
    {
      title: `The time for which a start blocks it, at ${MEGABYTES} MB, beside \`child_process.spawn\``,
      alone: true,
      observe: async (subject) => {
        // It is resident: fork() copies its page tables.
        const ballast = Array.from({ length: MEGABYTES / 50 }, () => Buffer.alloc(50e6, 1))
        const less = await comparison(subject)
        return less > MUCH && ballast.length > 0 ? 'less than a fifth' : 'no less'
      },
      sexton: 'less than a fifth',
      worse: { 'no less': 'fork() copies the page tables, and nothing else runs meanwhile' },
    },
  ],
}
