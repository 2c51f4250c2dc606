import type { Topic } from './behaviour.js'
import { bytesWritten, endsSoon, type Scene, settledCount, settledInTime } from './scene.js'
import type { WholeSubject } from './subject.js'

/** Bytes that a command may be ahead of its reader: the pipe, and what the library has buffered. */
const AHEAD = 5_000_000

const iterate = (subject: WholeSubject, scene: Scene, source: string) =>
  subject.lines('sh', scene.script(source))[Symbol.asyncIterator]()

export const streaming: Topic = {
  title: 'Lines while the command runs',
  behaviours: [
    {
      title: 'The first line of a command that goes on',
      needs: ['lines'],
      observe: async (subject, scene) => {
        const lines = iterate(subject, scene, 'echo first; read _ < "$1"')
        const line = await settledInTime(lines.next())
        return line?.value === 'first' ? 'comes at once' : 'comes when it ends'
      },
      sexton: 'comes at once',
    },
    {
      title: 'A loop over the lines that is left',
      needs: ['lines'],
      observe: async (subject, scene) => {
        const lines = iterate(subject, scene, 'echo $$ > "$2"; echo first; read _ < "$1"')
        await lines.next()
        const left = await settledInTime(lines.return?.().then(() => true) as Promise<boolean>)
        const isOver = await endsSoon(await scene.pid())
        if (left === undefined) return 'waits for the command'
        return isOver ? 'ends the command' : 'leaves the command alone'
      },
      sexton: 'ends the command',
      worse: {
        'waits for the command':
          'a loop that is left needs no more lines, and the command may be endless',
        'leaves the command alone': 'a command whose output nobody reads hangs at a full pipe',
      },
    },
    {
      title: 'An endless command, and a loop that rests after its first line',
      needs: ['lines'],
      observe: async (subject, scene) => {
        const lines = iterate(subject, scene, 'echo $$ > "$2"; exec yes')
        await lines.next()
        const pid = await scene.pid()
        const written = await settledCount(() => bytesWritten(pid), 10 * AHEAD)
        return written > AHEAD ? 'fills the memory' : 'waits for the loop'
      },
      sexton: 'waits for the loop',
    },
  ],
}
