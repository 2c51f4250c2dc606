import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endOf, linesOf, messageOf, startOnRunc } from '../lib/shim/shimmy/shimmies.js'
import { lacks, lacksRoot } from '../needs.js'
import { Runc } from './runc.js'

const isMissing = lacks('runc', 'busybox') || lacksRoot()

describe.skipIf(isMissing)('A container of shimmy and runc', () => {
  let runc: Runc
  beforeAll(async () => {
    runc = await Runc.make()
  })
  afterAll(() => runc?.close())

  const start = (...args: string[]) => startOnRunc(runc, args)

  it('whose command is misspelled is reported in the words of runc', async () => {
    const shim = start('bahs', '-c', 'echo hello')
    expect(await shim.foreground).toEqual({ code: 0, stderr: '' })
    expect(await messageOf(shim)).toEqual({
      kind: 'runtime_abnormal_termination',
      status: 'Runtime Exited with code 1.',
      stderr: expect.stringContaining(
        String.raw`runc create failed: unable to start container process: exec: \"bahs\": executable file not found in $PATH`,
      ),
    })
    expect(existsSync(join(shim.bundle, 'exit'))).toBe(false)
  })

  it('that breaks leaves its code in the exit file, and its words in the log', async () => {
    const shim = start('sh', '-c', 'echo works so far; echo it breaks >&2; exit 42')
    const message = await messageOf(shim)
    expect(message).toEqual({ kind: 'container_pid', pid: shim.pid('pidfile') })
    expect(existsSync(join(shim.bundle, 'exit'))).toBe(false)
    await runc.call('start', basename(shim.bundle))
    expect(await endOf(shim)).toEqual({ reason: 'exited', exitCode: 42 })
    const lines = ['stderr it breaks', 'stdout works so far']
    expect((await linesOf(shim)).sort()).toEqual(lines)
    await runc.call('delete', basename(shim.bundle))
  })
})
