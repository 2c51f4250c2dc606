import { describe, expect, it } from 'vitest'
import { asNobody, run } from '../program.js'
import { under } from './running.js'

const show = `import os, sys
print([os.fsencode(a).hex() for a in sys.argv[1:]])
print(sorted(k.hex() + "=" + v.hex() for k, v in os.environb.items() if b"RAW" in k))`

/** Runs what a shell script makes of `"$@"`, which is pid1 and its first words. */
function throughShell(script: string, ...words: string[]) {
  return run(['sh', '-c', script, 'sh', ...under(...words)])
}

const hex = (bytes: string) => Buffer.from(bytes, 'latin1').toString('hex')

describe('pid1 hands on', () => {
  it('the exact bytes of arguments that are no UTF-8, empty ones included', async () => {
    const script = 'exec "$@" "$(printf "caf\\351")" "" "$(printf "\\377\\200")" "two words"'
    const { code, stdout } = await throughShell(script, '--', 'python3', '-c', show)
    const words = ['caf\xe9', '', '\xff\x80', 'two words'].map(hex)
    expect(JSON.parse((stdout.split('\n')[0] as string).replaceAll("'", '"'))).toEqual(words)
    expect(code).toBe(0)
  })

  it('the exact bytes of the environment, names and values', async () => {
    const script = 'exec env "RAW=$(printf "\\351=\\377")" "$(printf "\\351RAW")=1" RAW2= "$@"'
    const { code, stdout } = await throughShell(script, '--', 'python3', '-c', show)
    const variables = [
      `${hex('RAW')}=${hex('\xe9=\xff')}`,
      `${hex('RAW2')}=`,
      `${hex('\xe9RAW')}=${hex('1')}`,
    ]
    expect(JSON.parse((stdout.split('\n')[1] as string).replaceAll("'", '"'))).toEqual(
      variables.sort(),
    )
    expect(code).toBe(0)
  })

  it('of the variables that it is to add the last of each name', async () => {
    const { stdout } = await run(under('--env', 'A=1', '--env', 'B=2', '--env', 'A=3', 'env'))
    expect(stdout.match(/^[AB]=.*$/gm)?.sort()).toEqual(['A=3', 'B=2'])
  })

  it("the command's own options, even where they look like its own", async () => {
    const { code, stdout } = await run(under('sh', '-c', 'echo "$0" "$@"', '-s', '--', '--help'))
    expect({ code, stdout }).toEqual({ code: 0, stdout: '-s -- --help\n' })
  })

  it('a command that is itself no UTF-8', async () => {
    const script = 'exec "$@" "$(printf "/no/such/caf\\351")"'
    expect(await throughShell(script, '--')).toMatchObject({ code: 127 })
  })

  it('a long environment, and where there is only little room in pipes', async () => {
    // Pipes of the greatest size, until the user has all that pipe(7) grants to one: a new one is small.
    const script = `import fcntl, os, sys
pipes = []
try:
  while len(pipes) < 1000: pipes.append(os.pipe()); fcntl.fcntl(pipes[-1][1], 1031, 2 ** 20)
except PermissionError: pass
while fcntl.fcntl(pipes[-1][1], 1032) >= 2 ** 16: pipes.append(os.pipe())
os.environ['long.name'] = 'x' * 80000
os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:])`
    const words = under('-s', 'sh', '-c', 'tr "\\0" "\\n" </proc/$$/environ | grep ^long.name')
    const { stdout } = await run(['python3', '-c', script, ...words], { prefix: asNobody })
    expect(stdout).toBe(`long.name=${'x'.repeat(80_000)}\n`)
  })

  it('an environment without anything in it', async () => {
    const script = 'exec env -i "$@"'
    const { code, stdout } = await throughShell(script, '--', '/usr/bin/env')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  })
})
