import type { Topic } from './behaviour.js'
import { settledInTime } from './scene.js'

// More than a socket holds, which is what Node has for a pipe.
const SIZE = 1_000_000

export const input: Topic = {
  title: 'Input and environment',
  behaviours: [
    {
      title: '10 MB for a command that reads it',
      observe: async (subject) => {
        const told = await settledInTime(
          subject.run('wc', ['-c'], { input: 'x'.repeat(10_000_000) }),
        )
        return told?.stdout.trim() === '10000000' ? 'all of it' : 'not all of it'
      },
      sexton: 'all of it',
    },
    {
      title: `${SIZE / 1e6} MB for a command that reads nothing`,
      observe: async (subject) => {
        const told = await settledInTime(subject.run('true', [], { input: 'x'.repeat(SIZE) }))
        if (told === undefined) return 'never ends'
        return told.failed ? `fails: ${told.error}` : 'succeeds'
      },
      sexton: 'succeeds',
      worse: {
        'crashes: EPIPE':
          'a command that needs no input has not failed, and a crash cannot be caught',
      },
    },
    {
      title: 'No input for a command that reads',
      observe: async (subject) => {
        const told = await settledInTime(subject.run('cat', []))
        return told === undefined ? 'never ends' : 'an empty input'
      },
      sexton: 'an empty input',
      worse: { 'never ends': 'nobody is going to write that input' },
    },
    {
      title: 'A variable in `env`',
      observe: async (subject) => {
        process.env.INHERITED = '1'
        const { stdout } = await subject.run('/usr/bin/env', [], { env: { ADDED: '1' } })
        if (!/^ADDED=1$/m.test(stdout)) return 'is lost'
        return /^INHERITED=1$/m.test(stdout) ? 'is added' : 'replaces all others, PATH too'
      },
      sexton: 'is added',
      worse: {
        'replaces all others, PATH too': 'a command without PATH and HOME is seldom what is meant',
      },
    },
    {
      title: '`undefined` in `env`',
      observe: async (subject) => {
        process.env.INHERITED = '1'
        const options = { env: { INHERITED: undefined } }
        const { stdout } = await subject.run('/usr/bin/env', [], options)
        return /^INHERITED=/m.test(stdout) ? 'has no effect' : 'removes the variable'
      },
      sexton: 'removes the variable',
    },
    {
      title: 'A variable in an environment without others',
      needs: ['clean'],
      observe: async (subject) => {
        const options = { env: { ADDED: '1' }, clean: true }
        const { stdout } = await subject.run('/usr/bin/env', [], options)
        const names = stdout.match(/^\w+(?==)/gm) ?? []
        return names.join(', ')
      },
      sexton: 'ADDED',
      worse: { 'ADDED, PATH': 'the caller has not asked for PATH' },
    },
  ],
}
