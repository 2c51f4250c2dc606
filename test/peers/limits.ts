import type { Behaviour, Topic } from './behaviour.js'
import { endsSoon, settledInTime } from './scene.js'
import type { Told, Wanted } from './subject.js'

const LIMIT = 100_000
// Lines with numbers tell which part was kept.
const NUMBERS = ['1', '100000']
const ALL = Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join('')

function kept(stdout: string): string {
  if (stdout.length < LIMIT - 1 || stdout.length > LIMIT) return `${stdout.length} bytes`
  if (ALL.startsWith(stdout)) return `the first ${LIMIT} bytes`
  return ALL.trimEnd().endsWith(stdout.trimEnd()) ? `the last ${LIMIT} bytes` : 'other bytes'
}

const truncated = ({ failed, stdout, truncated: isTold }: Told) =>
  `${failed ? 'fails' : 'succeeds'}, with ${kept(stdout)}${isTold ? ', and says so' : ''}`

function cut(part: string, end: string, overflow: NonNullable<Wanted['overflow']>): Behaviour {
  return {
    title: `Output beyond the limit is cut, and ${part} kept`,
    needs: ['maxBuffer', 'overflow'],
    observe: async (subject) =>
      truncated(await subject.run('seq', NUMBERS, { maxBuffer: LIMIT, overflow })),
    sexton: `succeeds, with the ${end} ${LIMIT} bytes, and says so`,
  }
}

export const limits: Topic = {
  title: 'Limits of output',
  behaviours: [
    {
      title: 'An endless command beyond the limit',
      needs: ['maxBuffer'],
      observe: async (subject, scene) => {
        const script = scene.script('echo $$ > "$2"; exec seq 1 inf')
        const told = await settledInTime(subject.run('sh', script, { maxBuffer: LIMIT }))
        if (told === undefined) return 'never ends'
        const said = told.reason === 'overflow' ? ', and says why' : ''
        const after = (await endsSoon(await scene.pid())) ? 'has ended' : 'runs on'
        return `fails, with ${kept(told.stdout)}${said}; the command ${after}`
      },
      sexton: `fails, with the first ${LIMIT} bytes, and says why; the command has ended`,
    },
    {
      title: 'The limit counts bytes or characters',
      needs: ['maxBuffer'],
      observe: async (subject) => {
        // 60 000 characters, 180 000 bytes.
        const source = "yes '€' | head -n 60000 | tr -d '\\n'"
        const { failed } = await subject.run('sh', ['-c', source], { maxBuffer: LIMIT })
        return failed ? 'bytes' : 'characters'
      },
      sexton: 'bytes',
      worse: {
        characters: 'the limit is about memory, and a character may have four bytes',
      },
    },
    cut('its beginning', 'first', 'truncate-tail'),
    cut('its end', 'last', 'truncate-head'),
  ],
}
