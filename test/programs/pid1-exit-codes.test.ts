import { describe, expect, it } from 'vitest'
import { asPid1, run } from '../program.js'
import { under } from './running.js'

const inNamespace = { prefix: asPid1 }

describe('pid1 exits', () => {
  it.each([0, 1, 42, 127, 255])("with the command's code %i", async (code) => {
    expect(await run(under('--', 'sh', '-c', `exit ${code}`))).toMatchObject({ code })
    expect(await run(under('sh', '-c', `exit ${code}`), inNamespace)).toMatchObject({ code })
  })

  it.each([
    ['SIGHUP', 1],
    ['SIGKILL', 9],
    ['SIGSEGV', 11],
    ['SIGTERM', 15],
    ['SIGRTMIN', 34],
    ['SIGRTMAX', 64],
  ])('with 128+n when %s ended the command', async (_, number) => {
    const command = under('sh', '-c', `ulimit -c 0; kill -${number} $$`)
    expect(await run(command, inNamespace)).toMatchObject({ code: 128 + number })
  })

  it('with 127 when there is no such command, and says so', async () => {
    for (const command of ['no-such-program', '/no/such/program', '/dev/null/program']) {
      const { code, stdout, stderr } = await run(under(command), inNamespace)
      expect({ code, stdout }).toEqual({ code: 127, stdout: '' })
      expect(stderr).toContain(command)
    }
  })

  it('with 126 when the command cannot be executed, and says so', async () => {
    for (const command of ['/', './package.json', '/proc/self/maps']) {
      const { code, stdout, stderr } = await run(under('--', command), inNamespace)
      expect({ code, stdout }).toEqual({ code: 126, stdout: '' })
      expect(stderr).toMatch(`pid1: execve '${command}': EACCES`)
    }
  })

  it.each([[[]], [['--']], [['-s']], [['-s', '--']], [['-x']], [['--no-such', 'true']]])(
    'with 2 and its usage on stderr, for %j',
    async (words) => {
      const { code, stdout, stderr } = await run(under(...words))
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(
        /^pid1: (no command given|unknown option '-.*')\nTry 'pid1 --help'.\n$/,
      )
    },
  )

  it('with 0 for --help and --version, on stdout', async () => {
    const help = await run(under('--help'))
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/^Usage: pid1 /)
    const version = await run(under('-V'))
    expect(version).toMatchObject({ code: 0, stderr: '' })
    expect(version.stdout).toMatch(/^pid1 \(sexton\) \d+\.\d+\.\d+\n$/)
  })

  it('at once, though orphans are left that run on', async () => {
    const command = under('sh', '-c', '(exec sleep 1000) & exit 4')
    expect(await run(command, { ...inNamespace, timeout: 5000 })).toMatchObject({ code: 4 })
  })
})
