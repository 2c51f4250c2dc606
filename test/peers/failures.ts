import { execFileSync } from 'node:child_process'
import type { Topic } from './behaviour.js'

const WORDS = ['two words', 'two\nlines', "it's", '$HOME', '']
const PRINT = 'printf "%s|" "$@"; exit 3'

/** What a shell makes of a command line. */
function pasted(line: string): string {
  try {
    return execFileSync('bash', ['-c', line], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

export const failures: Topic = {
  title: 'Failures',
  behaviours: [
    {
      title: 'Exit code 3, without options',
      observe: async (subject) => {
        const { failed, code } = await subject.run('sh', ['-c', 'exit 3'], { plain: true })
        return `${failed ? 'rejects' : 'resolves'} with ${code}`
      },
      sexton: 'rejects with 3',
      worse: { 'resolves with 3': 'a failure that nobody looks at must not pass for success' },
    },
    {
      title: 'A command that is killed by SIGKILL',
      observe: async (subject) => {
        const { failed, code, signal } = await subject.run('sh', ['-c', 'kill -KILL $$'])
        return `${failed ? 'fails' : 'succeeds'}: ${signal ?? `exit ${code}`}`
      },
      sexton: 'fails: SIGKILL',
    },
    {
      title: 'A program that does not exist',
      observe: async (subject) => {
        const { failed, error, code } = await subject.run('no-such-program', [])
        return `${failed ? 'fails' : 'succeeds'}: ${error ?? `exit ${code}`}`
      },
      sexton: 'fails: ENOENT',
      worse: { 'fails: exit 127': 'a shell’s 127 may be the command’s own exit code' },
    },
    {
      title: 'A working directory that does not exist',
      observe: async (subject) => {
        const { message = '' } = await subject.run('true', [], { cwd: '/no/such/folder' })
        return message.includes('/no/such/folder')
          ? 'the message names it'
          : 'the program is blamed'
      },
      sexton: 'the message names it',
      worse: { 'the program is blamed': 'the program exists, so the message misleads' },
    },
    {
      title: 'Arguments with spaces and newlines in the error',
      observe: async (subject) => {
        const { command } = await subject.run('sh', ['-c', PRINT, 'sh', ...WORDS])
        if (command === undefined) return 'no command line'
        const isSame = pasted(command) === WORDS.map((word) => `${word}|`).join('')
        return isSame ? 'can be pasted into a shell' : 'cannot be pasted'
      },
      sexton: 'can be pasted into a shell',
      worse: {
        'cannot be pasted': 'the first thing to do with a failure is to repeat it',
        'no command line': 'the first thing to do with a failure is to repeat it',
      },
    },
    {
      title: 'The reason that the command wrote to standard error',
      observe: async (subject) => {
        const { message } = await subject.run('sh', ['-c', 'echo the reason >&2; exit 1'])
        return message?.includes('the reason') ? 'is in the message' : 'is not in the message'
      },
      sexton: 'is in the message',
    },
    {
      title: 'A terminal’s codes in an argument, in the message',
      observe: async (subject) => {
        const { message = '' } = await subject.run('sh', ['-c', 'exit 1', 'sh', '\u001b[2J'])
        return message.includes('\u001b') ? 'reach the terminal' : 'are shown in print'
      },
      sexton: 'are shown in print',
      worse: {
        'reach the terminal': 'an argument must not change the terminal of who reads the log',
      },
    },
  ],
}
