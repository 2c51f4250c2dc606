import { describe, expect, it } from 'vitest'
import { binding } from '../../lib/system/binding.js'
import { lacks } from '../needs.js'
import { pid1, run } from '../program.js'

describe('the variables by which systemd names a process', () => {
  // Each is set to what the first argument says of the process that becomes the command.
  const launcher = `
import json, os, sys
own = os.fstat(os.pidfd_open(os.getpid())).st_ino
for name, value in json.loads(sys.argv[1]).items():
    os.environ[name] = str({'pid': os.getpid(), 'id': own}.get(value, value))
os.execvp(sys.argv[2], sys.argv[2:])`
  const checker = `
import json, os
own = os.fstat(os.pidfd_open(os.getpid())).st_ino
named = {str(os.getpid()): 'pid', str(own): 'id'}
names = ['LISTEN_PID', 'LISTEN_PIDFDID', 'SYSTEMD_EXEC_PID', 'WATCHDOG_PID']
print(json.dumps({name: named.get(os.environ[name], os.environ[name]) for name in names if name in os.environ}))`

  async function seen(variables: Record<string, string>) {
    const words = [pid1, '-s', '--', 'python3', '-c', checker]
    const launch = ['python3', '-c', launcher, JSON.stringify(variables)]
    const { stdout, stderr } = await run([...launch, ...words])
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }

  const all = { LISTEN_PID: 'pid', SYSTEMD_EXEC_PID: 'pid', WATCHDOG_PID: 'pid' }

  it.skipIf(binding.ownPidfdId() === undefined)('name the command of pid1', async () => {
    const variables = { ...all, LISTEN_PIDFDID: 'id' }
    expect(await seen(variables)).toEqual(variables)
  })

  it.each([all, { WATCHDOG_PID: 'pid' }])('name the command of pid1: %o', async (variables) => {
    expect(await seen(variables)).toEqual(variables)
  })

  it.each([
    { LISTEN_PID: '1', LISTEN_PIDFDID: 'id', SYSTEMD_EXEC_PID: '1', WATCHDOG_PID: 'pid' },
    { LISTEN_PIDFDID: '5', SYSTEMD_EXEC_PID: '0000000000' },
  ])('stay as they are where they name another process: %o', async (variables) => {
    const { LISTEN_PIDFDID, ...rest } = await seen(variables)
    const { LISTEN_PIDFDID: given, ...expected } = variables as Record<string, string>
    expect(rest).toEqual(expected)
    expect(LISTEN_PIDFDID).not.toBe('id')
    expect(given === 'id' || LISTEN_PIDFDID === given).toBe(true)
  })

  it('name no stranger where the pid was used again', async () => {
    const variables = { LISTEN_PID: 'pid', LISTEN_PIDFDID: '5' }
    const { LISTEN_PID, LISTEN_PIDFDID } = await seen(variables)
    expect(LISTEN_PID).toMatch(/^\d+$/)
    expect(LISTEN_PIDFDID).toBe('5')
  })

  it.skipIf(lacks('strace'))('lack the id of a pidfd where the kernel has no pidfs', async () => {
    const blind = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fstatfs']
    const prefix = [...blind, '-e', 'inject=fstatfs:error=ENOSYS']
    const source = `
      import { spawn } from 'sexton'
      import { text } from 'node:stream/consumers'
      const env = { LISTEN_PID: '1', LISTEN_PIDFDID: '2', AFTER: 'kept' }
      const child = spawn('sh', ['-c', 'echo "$((LISTEN_PID - $$)) $LISTEN_PIDFDID $AFTER"'], { env, listenPid: true, stdio: ['ignore', 'pipe', 'inherit'] })
      console.log((await text(child.stdout)).trim())`
    const node = [process.execPath, '--input-type=module', '--eval', source]
    const { stdout } = await run([...prefix, ...node])
    expect(stdout).toBe('0  kept\n')
  })
})
