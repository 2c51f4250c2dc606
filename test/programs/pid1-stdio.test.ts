import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { asPid1, environment, libraryPid1, pid1, run } from '../program.js'
import { start, under } from './running.js'

/** Runs pid1 with some of its descriptors closed by the shell in front. */
function closed(redirections: string, ...command: string[]) {
  const words = under('-s', ...command)
  return run(['sh', '-c', `exec "$@" ${redirections}`, 'sh', ...words], { timeout: 10_000 })
}

/** What is left of a list of descriptors when these are closed. */
function without(redirections: string, list: string): string {
  const closed = redirections.split(' ').map((one) => (one.startsWith('<') ? '0' : one[0]))
  return list
    .split('\n')
    .filter((fd) => !closed.includes(fd))
    .join('\n')
}

describe('The descriptors of the command', () => {
  it('are those of pid1, in both directions', async () => {
    const running = start([...asPid1, ...under('cat')], 'pipe')
    running.stdin?.end('through and through')
    expect(await running.ended).toMatchObject({ code: 0, stdout: 'through and through' })
  })

  it('stay closed, or are three if the library has started them', async () => {
    const script = 'ls /proc/$$/fd; exit 3'
    const { stdout: usual } = await run(['sh', '-c', script])
    for (const redirections of ['<&-', '2>&-', '<&- 2>&-']) {
      const { code, stdout } = await closed(redirections, 'sh', '-c', script)
      const expected = pid1 === libraryPid1 ? usual : without(redirections, usual)
      expect({ code, stdout }).toEqual({ code: 3, stdout: expected })
    }
  })

  it('may all be closed: the exit code still comes', async () => {
    for (const redirections of ['>&-', '<&- >&-', '<&- >&- 2>&-']) {
      expect(await closed(redirections, 'sh', '-c', 'echo x; exit 4')).toMatchObject({ code: 4 })
      expect(await closed(redirections, 'no-such-program')).toMatchObject({ code: 127 })
      expect(await closed(redirections)).toMatchObject({ code: 2 })
    }
  })

  it('are no others than these, whatever pid1 itself has open', async () => {
    const list = ['sh', '-c', 'ls /proc/$$/fd']
    const { stdout: usual } = await run(list)
    expect(usual).toMatch(/^0\n1\n2\n/)
    const { code, stdout } = await run(under(...list), { prefix: asPid1 })
    expect({ code, stdout }).toEqual({ code: 0, stdout: usual })
  })

  it('may be a channel to a Node, from which pid1 takes no message', async () => {
    const echo = `process.on('message', (n) => n === 99 ? process.exit(7) : process.send(n))`
    const [file, ...words] = under(process.execPath, '-e', echo) as [string, ...string[]]
    const child = fork('-', { execPath: file, execArgv: words, env: environment })
    const numbers = Array.from({ length: 40 }, (_, i) => i)
    const echoed = (async () => {
      const found: unknown[] = []
      for await (const [n] of on(child, 'message', { close: ['disconnect'] })) found.push(n)
      return found
    })()
    for (const n of [...numbers, 99]) child.send(n)
    expect(await echoed).toEqual(numbers)
    expect(await once(child, 'exit')).toEqual([7, null])
  })

  it('have nothing of the status stream, which is for somebody else', async () => {
    const script = 'exec 7>/dev/null "$0" --status-fd 7 -- ls /proc/self/fd'
    const { stdout } = await run(['sh', '-c', script, ...under()])
    expect(stdout.split('\n')).not.toContain('7')
  })

  it('may have any number that the limit allows', async () => {
    const script = `import os, sys
os.dup2(os.open('/etc/passwd', os.O_RDONLY), 1500)
os.execv(sys.argv[1], sys.argv[1:])`
    const words = under('-s', 'readlink', '/proc/self/fd/1500')
    const { code, stdout } = await run(['python3', '-c', script, ...words])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/etc/passwd\n' })
  })

  it('are blocking, as programs expect, though pid1 has a pipe’s', async () => {
    const script = 'import os; print(os.get_blocking(0), os.get_blocking(1), os.get_blocking(2))'
    const running = start([...asPid1, ...under('python3', '-c', script)], 'pipe')
    expect(await running.ended).toMatchObject({ code: 0, stdout: 'True True True\n' })
  })
})
