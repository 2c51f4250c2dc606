import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { levelNamed, OwnLog } from '../../../lib/shim/own-log.js'
import { Syslog } from '../../../lib/shim/syslog.js'
import { lacksRoot } from '../../needs.js'
import { temporaryFolder } from '../system/folder.js'
import { DatagramServer } from './datagrams.js'
import { startShimmy } from './shimmy/shimmies.js'
import { exitOf, makeBundle, type Shim, startShim } from './shims.js'

describe('The log of the shim itself', () => {
  it('has the messages of its level, and graver ones', () => {
    const got: string[] = []
    const log = new OwnLog('info', [(level, text) => void got.push(`${level} ${text}`)])
    for (const level of ['error', 'warn', 'info', 'debug', 'trace'] as const) log.write(level, 'x')
    expect(got).toEqual(['error x', 'warn x', 'info x'])
  })

  it.each([
    ['WARNING', 'warn'],
    ['panic', 'error'],
    ['Off', 'off'],
    ['loud', undefined],
  ])('knows the level %s as %s', (name, level) => {
    expect(levelNamed(name)).toBe(level)
  })
})

const TIME = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d`

describe('syslog', () => {
  it('has the messages of syslog(3)', async () => {
    const path = join(temporaryFolder(), 'log')
    const server = new DatagramServer(path)
    const syslog = new Syslog('conmon', path)
    syslog.write('error', 'failed')
    expect(String(await server.next())).toMatch(new RegExp(`^<11>${TIME} conmon: failed$`))
    syslog.close()
  })

  it('that does not run is let be, and that is started anew goes on', async () => {
    const path = join(temporaryFolder(), 'log')
    const syslog = new Syslog('conmon', path)
    syslog.write('info', 'nobody hears')
    const first = new DatagramServer(path)
    syslog.write('info', 'one')
    expect(String(await first.next())).toContain('one')
    syslog.close()
  })

  it('that has no room waits for nothing, and is told how much it lost', async () => {
    const path = join(temporaryFolder(), 'log')
    const server = new DatagramServer(path)
    const syslog = new Syslog('conmon', path)
    for (let i = 0; i < 20_000; i += 1) syslog.write('info', `number ${i}`)
    let count = 0
    for (; count < 5; count += 1) expect(String(await server.next())).toMatch(`number ${count}`)
    syslog.write('info', 'late')
    let text = String(await server.next())
    for (; text.endsWith(`number ${count}`); text = String(await server.next())) count += 1
    expect(text).toContain(`${20_000 - count} messages were lost`)
    expect(String(await server.next())).toContain('late')
    syslog.close()
  })
})

// A folder with a socket takes the place of /dev, for the shim alone.
const SCRIPT = `for file in null zero urandom; do : >"$0/$file"; mount --bind /dev/$file "$0/$file"; done
mount --bind "$0" /dev; exec "$@"`

function withSyslog() {
  const folder = temporaryFolder()
  const server = new DatagramServer(join(folder, 'log'))
  const prefix = ['unshare', '--mount', 'sh', '-c', SCRIPT, folder]
  const until = async (wanted: string): Promise<string[]> => {
    const got: string[] = []
    while (!got.at(-1)?.includes(wanted)) got.push(String(await server.next()))
    return got.map((text) => text.replace(new RegExp(`^(<\\d+>)${TIME} `), '$1'))
  }
  return { prefix, until, server }
}

describe.skipIf(lacksRoot())('A shim tells syslog', () => {
  it('what happens to its container, as conmon does', async () => {
    const { prefix, until } = withSyslog()
    const options = ['--syslog', '--log-level', 'debug']
    const shim = startShim({ script: 'exit 3', options, prefix })
    const told = await until('state: reported')
    expect(told).toContain('<14>conmon: conmon c0ffee <ndebug>: state: running')
    expect(told).toContain(
      `<14>conmon: conmon c0ffee <ninfo>: container PID: ${shim.pid('pidfile')}`,
    )
    expect(told.join('\n')).toMatch(/<ninfo>: container \d+ exited with status 3/)
    expect(await exitOf(shim)).toBe('3')
  })

  it('only what went wrong, if no level is given', async () => {
    const { prefix, until } = withSyslog()
    startShim({ options: ['--syslog', '-r', '/tmp'], prefix })
    const told = await until('no container')
    expect(told).toEqual([
      expect.stringMatching(/^<14>conmon: conmon c0ffee <nwarn>: no container: .*EACCES/),
    ])
  })

  it('what is wrong with its options', async () => {
    const { prefix, until } = withSyslog()
    startShim({ options: ['--syslog', '-l', 'file:x'], prefix })
    const text = '<11>conmon: conmon c0ffee <error>: No such log driver file'
    expect(await until('No such')).toEqual([text])
  })

  it('nothing, if it was not asked to', async () => {
    const { prefix, server } = withSyslog()
    const shim = startShim({ options: ['--log-level', 'debug'], prefix })
    expect(await exitOf(shim)).toBe('0')
    await shim.ended
    expect(server.isEmpty).toBe(true)
  })

  it('what happens to its container, as shimmy does', async () => {
    const { prefix, until } = withSyslog()
    const options = ['--shimmy-log-level', 'INFO']
    const shim: Shim = startShimmy({ prefix, options }, makeBundle('exit 3'))
    const told = await until('exited with status')
    const pid = shim.pid('conmon.pid')
    expect(told[0]).toBe(`<14>shimmy[${pid}]: [shim] container PID: ${shim.pid('pidfile')}`)
  })
})
