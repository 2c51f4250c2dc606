import { describe, expect, it } from 'vitest'
import { backend } from '../../../lib/index.js'
import { lacks } from '../../needs.js'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./backend.program.js')>(
  './backend.program.ts',
  import.meta.url,
)

const forcing = (name: string, prefix: string[] = []) => ({ env: { SEXTON_BACKEND: name }, prefix })

const deny = (call: string, error: string, when = '') => [
  ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`],
  ...['-e', `inject=${call}:error=${error}${when}`],
]

describe('the back-end', () => {
  it('is what the environment of this very test says', () => {
    expect(backend()).toBe(process.env.SEXTON_BACKEND || 'pidfd')
  })

  it.each(['pidfd', 'sigchld', 'poll'])('is %s if SEXTON_BACKEND says so', async (name) => {
    expect(await programs.evaluate('ask', [1], forcing(name))).toEqual([name])
    const all = await programs.evaluate('useAll', [false], forcing(name))
    expect(all).toEqual([name, 1, 2, 4, 'SIGUSR1'])
  })

  it('is pidfd on a system that has them, if nobody says anything', async () => {
    expect(await programs.evaluate('ask', [1], forcing(''))).toEqual(['pidfd'])
  })

  it('is none if SEXTON_BACKEND names none, which is an error that quotes it', async () => {
    const message = "invalid SEXTON_BACKEND 'epoll': expected 'pidfd', 'sigchld' or 'poll'"
    const [error] = await programs.evaluate('ask', [1], forcing('epoll'))
    expect(error).toMatchObject({ name: 'RangeError', message })
  })
})

describe.skipIf(lacks('strace'))('where the system denies a call', () => {
  it.each([
    ['pidfd_open', 'ENOSYS', ''],
    ['pidfd_open', 'EPERM', ''],
    ['pidfd_send_signal', 'ENOSYS', ''],
    ['pidfd_send_signal', 'EPERM', ''],
    ['waitid', 'EINVAL', ':when=1'],
  ])('%s by %s, sigchld takes over and everything works', async (call, error, when) => {
    const denied = forcing('', deny(call, error, when))
    const result = await programs.evaluate('useAll', [true], denied)
    expect(result).toEqual(['sigchld', 1, 2, 4, 'SIGUSR1'])
  })

  it('fails with ERR_UNSUPPORTED and its cause, if pidfd was asked for', async () => {
    const denied = forcing('pidfd', deny('pidfd_open', 'ENOSYS'))
    const result = await programs.evaluate('waitByPidfd', [], denied)
    const unsupported = { name: 'SextonError', code: 'ERR_UNSUPPORTED' }
    expect(result).toMatchObject([unsupported, unsupported, 38])
  })
})

describe.skipIf(lacks('strace'))('where descriptors have run out', () => {
  it.each(['EMFILE', 'ENFILE'])(
    'by %s, that is an error and no silent fall-back',
    async (error) => {
      const expected = {
        name: 'SextonError',
        code: 'ERR_SYSTEM',
        errno: error === 'EMFILE' ? 24 : 23,
      }
      const denied = forcing('', deny('pidfd_open', error))
      const result = await programs.evaluate('failToSpawn', [], denied)
      expect(result).toMatchObject([expected, { ...expected, code: 'ERR_SPAWN_FAILED' }])
    },
  )

  it('the choice is made again when there are some', async () => {
    const denied = forcing('', deny('pidfd_open', 'EMFILE', ':when=1'))
    const result = await programs.evaluate('ask', [3], denied)
    expect(result).toMatchObject([{ code: 'ERR_SYSTEM' }, 'pidfd', 'pidfd'])
  })

  it('a wait says so', async () => {
    const denied = forcing('', deny('pidfd_open', 'EMFILE', ':when=2'))
    const result = await programs.evaluate('failToWait', [], denied)
    expect(result).toMatchObject({ code: 'ERR_SYSTEM', errno: 24 })
  })
})
