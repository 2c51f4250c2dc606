import { describe, expect, it } from 'vitest'
import { backend } from '../../../lib/index.js'
import { lacks } from '../../needs.js'
import { evaluate } from '../../program.js'

const chosen = `
  import { backend } from 'sexton'
  const outcome = () => { try { return backend() } catch (error) { return report(error) } }
  const report = ({ name, code, errno, message }) => ({ name, code, errno, message })
`
const ask = <T>(
  forced: string,
  source = 'console.log(JSON.stringify(outcome()))',
  prefix?: string[],
) => evaluate<T>(chosen + source, { env: { SEXTON_BACKEND: forced }, ...(prefix && { prefix }) })

const deny = (call: string, error: string, when = '') => [
  ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`],
  ...['-e', `inject=${call}:error=${error}${when}`],
]

/** One of everything: our child, a child of child_process, a stranger, an orphan. */
const everything = `
  import { spawn as nodeSpawn } from 'node:child_process'
  import { openProcess, spawn, waitForExit, Zombies } from 'sexton'
  import { orphans } from './test/fixtures/orphans.mjs'
  const { end } = await orphans(1, 4)
  const next = new Zombies().next()
  end()
  {
    const orphan = (await next).value.code
    const own = (await spawn('sh', ['-c', 'exit 1']).exited).code
    const node = nodeSpawn('sh', ['-c', 'exit 2'])
    const nodes = (await waitForExit(node.pid)).code
    const child = spawn('sleep', ['1000'])
    const handle = openProcess(child.pid)
    handle.kill('SIGUSR1')
    const signal = (await handle.exited).signal
    console.log(JSON.stringify([outcome(), own, nodes, orphan, signal]))
  }
`

describe('the back-end', () => {
  it('is what the environment of this very test says', () => {
    expect(backend()).toBe(process.env.SEXTON_BACKEND || 'pidfd')
  })

  it.each(['pidfd', 'sigchld', 'poll'])('is %s if SEXTON_BACKEND says so', async (name) => {
    expect(await ask(name)).toBe(name)
    expect(await ask(name, everything)).toEqual([name, 1, 2, 4, 'SIGUSR1'])
  })

  it('is pidfd on a system that has them, if nobody says anything', async () => {
    expect(await ask('')).toBe('pidfd')
  })

  it('is none if SEXTON_BACKEND names none, which is an error that quotes it', async () => {
    expect(await ask('epoll')).toMatchObject({
      name: 'RangeError',
      message: "invalid SEXTON_BACKEND 'epoll': expected 'pidfd', 'sigchld' or 'poll'",
    })
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
    const result = await ask('', `outcome();${everything}`, deny(call, error, when))
    expect(result).toEqual(['sigchld', 1, 2, 4, 'SIGUSR1'])
  })

  it('fails with ERR_UNSUPPORTED and its cause, if pidfd was asked for', async () => {
    const source = `
      import { waitForExit } from 'sexton'
      const error = await waitForExit(1, { backend: 'pidfd' }).catch((error) => error)
      console.log(JSON.stringify([outcome(), report(error), error.cause.errno]))`
    const unsupported = { name: 'SextonError', code: 'ERR_UNSUPPORTED' }
    expect(await ask('pidfd', source, deny('pidfd_open', 'ENOSYS'))).toMatchObject([
      unsupported,
      unsupported,
      38,
    ])
  })
})

describe.skipIf(lacks('strace'))('where descriptors have run out', () => {
  it.each(['EMFILE', 'ENFILE'])(
    'by %s, that is an error and no silent fall-back',
    async (error) => {
      const source = `
      import { spawn } from 'sexton'
      const failure = await spawn('true').exited.catch(report)
      console.log(JSON.stringify([outcome(), failure]))`
      const expected = {
        name: 'SextonError',
        code: 'ERR_SYSTEM',
        errno: error === 'EMFILE' ? 24 : 23,
      }
      const result = await ask('', source, deny('pidfd_open', error))
      expect(result).toMatchObject([expected, { ...expected, code: 'ERR_SPAWN_FAILED' }])
    },
  )

  it('the choice is made again when there are some', async () => {
    const source = 'console.log(JSON.stringify([outcome().code, outcome(), outcome()]))'
    const result = await ask('', source, deny('pidfd_open', 'EMFILE', ':when=1'))
    expect(result).toEqual(['ERR_SYSTEM', 'pidfd', 'pidfd'])
  })

  it('a wait says so', async () => {
    const source = `
      import { waitForExit } from 'sexton'
      outcome()
      console.log(JSON.stringify(await waitForExit(process.ppid).catch(report)))`
    const result = await ask('', source, deny('pidfd_open', 'EMFILE', ':when=2'))
    expect(result).toMatchObject({ code: 'ERR_SYSTEM', errno: 24 })
  })
})
