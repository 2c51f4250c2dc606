import { existsSync, readSync, writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HeldContainer } from '../../../lib/keeper/held-container.js'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { failure } from '../../inside.js'
import { end, startHold } from './holds.js'

const ignore = () => {}

describe('The keeper of a container', () => {
  it('runs the runtime, and takes the status of what it leaves', async () => {
    await using hold = startHold({ script: 'echo out; echo err >&2; exit 3' })
    const { container, read } = hold
    expect(container.runtime).toBe('waiting')
    expect(await container.create(ignore)).toMatchObject({ code: 0 })
    const pid = Number(read('pidfile'))
    expect(container.container).toBe(pid)
    expect(await container.exitOf(pid)).toMatchObject({ pid, code: 3 })
    const buffer = Buffer.alloc(10)
    expect(buffer.toString('utf8', 0, readSync(container.streams.stdout as number, buffer))).toBe(
      'out\n',
    )
  })

  it('runs the exit command when it is released', async () => {
    await using hold = startHold({ script: 'exit 3' })
    const { container, written, read } = hold
    await container.create(ignore)
    await container.exitOf(Number(read('pidfile')))
    container.advance(2)
    container.release()
    expect(await written('cleaned')).toBe(' hello')
    await container.gone
    await eventually(() => expect(readStat(container.keeper)).toBeUndefined())
  })
})

describe('A second server', () => {
  it('adopts what the first one has left', async () => {
    await using hold = startHold({ script: 'read line; echo "$line"; exit 4' })
    const { container, plan, read } = hold
    await container.create(ignore)
    container.advance(1)
    container.disconnect()
    const next = await HeldContainer.adopt(plan.socket)
    const pid = Number(read('pidfile'))
    expect(await next.create(ignore)).toMatchObject({ code: 0 })
    expect(next).toMatchObject({ progress: 1, runtime: 'exited', container: pid })
    expect(next.keeper).toBe(container.keeper)
    writeSync(next.streams.stdin as number, 'hi\n')
    expect(await next.exitOf(pid)).toMatchObject({ code: 4 })
    await end(next)
  })

  it('is told of the first one while that lives', async () => {
    await using hold = startHold({ script: 'sleep 1000' })
    const { container, plan } = hold
    await container.create(ignore)
    const refused = await failure(HeldContainer.adopt(plan.socket))
    expect(refused).toMatchObject({ code: 'ERR_SYSTEM', errno: 16, pid: process.pid })
  })
})

describe('A keeper without a server', () => {
  it('writes the end, and cleans up', async () => {
    await using hold = startHold({ script: 'echo out; echo -n err >&2; exit 5' })
    const { container, written, read, plan } = hold
    await container.create(ignore)
    container.disconnect()
    expect(await written('cleaned')).toBe('5 hello')
    expect(read('exit.too')).toBe('5')
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00 /gm
    expect(read('log').replaceAll(time, '')).toBe('stdout F out\nstderr P err\n')
    await eventually(() => expect(existsSync(plan.socket)).toBe(false))
  })
})
