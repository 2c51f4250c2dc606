import { describe, expect, it } from 'vitest'
import { descendants } from '../../lib/index.js'
import { readCommandLine, readStat } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { asPid1, keeperPid1 } from '../program.js'
import { eventsOf, innerPid, start } from './running.js'

const isObserver = ({ pid }: { pid: number }) =>
  readCommandLine(pid).some((word) => word.startsWith('--keeper='))

const WAIT = ['sh', '-c', 'echo ready; read line; exit 7']

describe('The observer of pid1', () => {
  it.each([
    ['as PID 1', asPid1, []],
    ['as a subreaper', [], ['-s']],
  ])('may be killed: the command does not notice, %s', async (_, prefix, options) => {
    const words = [...prefix, keeperPid1, ...options, '--status-fd', '2', '-v', '--', ...WAIT]
    const running = start(words, 'pipe')
    await running.printed('ready')
    await running.printed('"event":"started"')
    const init = prefix.length > 0 ? await innerPid(running) : running.pid
    const observer = descendants(init).find(isObserver)?.pid ?? 0
    process.kill(observer, 'SIGKILL')
    // Its command line is gone before its socket is.
    await eventually(() => expect(readStat(observer)).toBeUndefined())
    running.stdin?.end('go on\n')
    const { code, stderr } = await running.ended
    expect(code).toBe(7)
    expect(eventsOf(stderr).map(({ event }) => event)).toEqual(['started'])
    expect(stderr).toMatch(/^pid1: \d+ ended: exit code 7$/m)
  })

  it('ends with pid1, even if pid1 is killed', async () => {
    const running = start([keeperPid1, '-s', '--status-fd', '2', '--', ...WAIT], 'pipe')
    await running.printed('ready')
    const observer = descendants(running.pid).find(isObserver)
    process.kill(running.pid, 'SIGKILL')
    running.stdin?.end()
    await eventually(() => expect(() => process.kill(observer?.pid ?? 0, 0)).toThrow('ESRCH'))
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' })
  })
})
