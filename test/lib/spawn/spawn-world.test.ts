import { describe, expect, it } from 'vitest'
import { type SpawnOptions, spawn } from '../../../lib/index.js'
import { read } from '../output.js'

async function printed(file: string, args: readonly string[], options: SpawnOptions) {
  const child = spawn(file, args, options)
  const [output] = await Promise.all([read(child.stdout), child.exited])
  return output
}

const masks = (options: SpawnOptions) =>
  printed('grep', ['-E', '^Sig(Blk|Ign)', '/proc/self/status'], options)

describe('A child', () => {
  it('ignores what it is to ignore, realtime signals too', async () => {
    const output = await masks({ ignoredSignals: ['SIGHUP', 'SIGUSR1', 'SIGRTMAX'] })
    expect(output).toMatch(/SigIgn:\t8000000000000201\n/)
  })

  it('starts with the signals blocked that are to be', async () => {
    const output = await masks({ blockedSignals: ['SIGUSR1', 34, 64] })
    expect(output).toBe('SigBlk:\t8000000200000200\nSigIgn:\t0000000000000000\n')
    expect(await masks({ blockedSignals: [] })).toContain('SigBlk:\t0000000000000000')
  })

  it('has the environment of a list alone, byte for byte and in its order', async () => {
    const env = [
      'PATH=/usr/bin:/bin',
      'my.name=1',
      '1X=',
      Buffer.from('B=\xff', 'latin1'),
      'A=1',
      'A=2',
    ]
    const output = await printed('od', ['-c', '/proc/self/environ'], { env, cleanEnv: true })
    const bytes = output.replace(/^\d+ */gm, '').replace(/\s+/g, '')
    expect(bytes).toBe('PATH=/usr/bin:/bin\\0my.name=1\\01X=\\0B=377\\0A=1\\0A=2\\0')
  })

  it('is looked for in the PATH of that list', async () => {
    const { exited } = spawn('true', [], { env: ['PATH=/nowhere'], stdio: 'ignore' })
    await expect(exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED', syscall: 'execve' })
  })

  it('finds its own pid in LISTEN_PID, where that is wanted', async () => {
    const command = ['-c', 'test $LISTEN_PID = $$ && echo "$LISTEN_PID$REST"'] as const
    const env = { PATH: '/usr/bin:/bin', LISTEN_PID: '1', REST: ' is mine' }
    expect(await printed('sh', command, { env, listenPid: true })).toMatch(/^\d+ is mine\n$/)
    expect(await printed('sh', command, { env })).toBe('')
  })
})

describe('Bad wishes', () => {
  it.each([
    [
      { ignoredSignals: 'SIGHUP' },
      "invalid ignoredSignals 'SIGHUP': expected a list, for example ['SIGHUP']",
    ],
    [{ blockedSignals: ['HUP'] }, "this system has no signal 'HUP'; did you mean 'SIGHUP'?"],
    [{ listenPid: 5 }, 'invalid listenPid 5: expected true or false'],
    [{ cleanEnv: 1 }, 'invalid cleanEnv 1: expected true or false'],
    [{ env: ['A=1', 5] }, 'invalid env[1] 5: expected a string or bytes'],
  ])('%j are quoted', (options, message) => {
    expect(() => spawn('true', [], options as object)).toThrow(message)
  })
})
