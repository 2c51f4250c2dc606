import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openProcess, type ProcessHandle, spawn } from '../../../lib/index.js'
import { readStat } from '../../../lib/system/proc.js'
import { asNobody, asPid1 } from '../../program.js'
import { programFile } from '../../program-file.js'
import { Stranger } from '../stranger.js'

const programs = await programFile<typeof import('./process-handle.program.js')>(
  './process-handle.program.ts',
  import.meta.url,
)

describe('openProcess', () => {
  it('opens a child of sexton: its start time, its end, a signal', async () => {
    await using child = spawn('cat')
    await use(child.pid)
  })

  it('opens a child of child_process', async () => {
    const child = nodeSpawn('cat')
    const exit = once(child, 'exit')
    await use(child.pid as number)
    expect(await exit).toEqual([null, 'SIGUSR1'])
  })

  it('opens a stranger', async () => {
    await using stranger = await Stranger.start()
    await use(stranger.pid)
  })

  async function use(pid: number): Promise<void> {
    using handle = openProcess(pid)
    expect(handle.pid).toBe(pid)
    expect(handle.startTime).toBe(readStat(pid)?.startTime)
    expect(handle.kill('SIGUSR1')).toBe(true)
    expect(await handle.exited).toMatchObject({ pid, signal: 'SIGUSR1', known: true })
  }

  it('sends SIGTERM unless told otherwise', async () => {
    const child = spawn('cat')
    using handle = openProcess(child.pid)
    handle.kill()
    expect(await handle.exited).toMatchObject({ signal: 'SIGTERM' })
  })

  it('takes the start time that it is to have', async () => {
    const child = spawn('cat')
    const startTime = readStat(child.pid)?.startTime ?? -1
    using handle = openProcess(child.pid, { startTime })
    expect(handle.startTime).toBe(startTime)
    expect(() => openProcess(child.pid, { startTime: startTime + 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_NO_SUCH_PROCESS', pid: child.pid }),
    )
    handle.kill('SIGKILL')
    await child.exited
  })

  it('finds no one where there is no one', async () => {
    const child = spawn('true')
    await child.exited
    expect(() => openProcess(child.pid)).toThrow(
      expect.objectContaining({ code: 'ERR_NO_SUCH_PROCESS', pid: child.pid }),
    )
  })

  it.each([0, -1, 1.5, Number.NaN, 4_194_305])('refuses the pid %s', (bad) => {
    expect(() => openProcess(bad)).toThrow(RangeError)
  })

  it.each([-1, 1.5, Number.NaN, '7' as unknown as number])('refuses the start time %s', (bad) => {
    expect(() => openProcess(process.ppid, { startTime: bad })).toThrow(RangeError)
  })

  it('refuses a signal that there is none of', async () => {
    const child = spawn('cat')
    using handle = openProcess(child.pid)
    expect(() => handle.kill('SIGFOO' as 'SIGTERM')).toThrow(RangeError)
    expect(() => handle.kill(0)).toThrow(RangeError)
    child.stdin?.end()
    await child.exited
  })
})

describe('a handle', () => {
  it('says of who has ended that it has, reaped by its parent or not', async () => {
    await using stranger = await Stranger.start()
    using handle = openProcess(stranger.pid)
    await stranger.exit(3)
    await handle.exited
    expect(handle.kill()).toBe(false)
  })

  it('says that a reaped process is gone, and hits no one else', async () => {
    await using stranger = await Stranger.start()
    using handle = openProcess(stranger.pid)
    await stranger.exit(3)
    await stranger.reap()
    expect(handle.kill('SIGKILL')).toBe(false)
  })

  it('never hits a later process with its pid', async () => {
    // In a PID namespace with few pids, the next process with this one's number comes soon.
    const survived = await programs.evaluate('survivePredecessors', [], { prefix: asPid1 })
    expect(survived).toEqual(Array(20).fill(true))
  })

  it('may be disposed of while someone waits, who still learns the end', async () => {
    await using stranger = await Stranger.start()
    const handle = openProcess(stranger.pid)
    const waiting = handle.exited
    handle[Symbol.dispose]()
    expect(handle.kill('SIGKILL')).toBe(false)
    await stranger.exit(6)
    expect(await waiting).toMatchObject({ code: 6, known: true })
  })

  it('refuses to wait once it has been disposed of', async () => {
    await using stranger = await Stranger.start()
    let outside: ProcessHandle | undefined
    {
      using handle = openProcess(stranger.pid)
      outside = handle
    }
    await expect(outside.exited).rejects.toBeInstanceOf(TypeError)
    expect(outside.kill('SIGKILL')).toBe(false)
    outside[Symbol.dispose]()
    expect(readStat(stranger.pid)?.state).toMatch(/^[RSD]$/)
  })

  it('holds a descriptor until then, and none after', async () => {
    await using stranger = await Stranger.start()
    openProcess(stranger.pid)[Symbol.dispose]() // what is opened once for all stays
    const before = readdirSync('/proc/self/fd').length
    const handles = Array.from({ length: 50 }, () => openProcess(stranger.pid))
    for (const handle of handles) handle[Symbol.dispose]()
    for (let i = 0; i < 50; i += 1) {
      expect(() => openProcess(stranger.pid, { startTime: 1 })).toThrow()
    }
    expect(readdirSync('/proc/self/fd').length).toBe(before)
  })

  it("says that it may not signal another user's process", async () => {
    const code = await programs.evaluate('killInit', [], { prefix: asNobody })
    expect(code).toEqual(['ERR_NOT_PERMITTED', 1, 1])
  })
})
