import { spawn as spawnChild } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openProcess, spawn } from '../../lib/index.js'

/** Waits, without a turn of the event loop, until these have ended; nobody has reaped them then. */
function untilDead(pids: readonly number[]): void {
  const end = performance.now() + 30_000
  for (const pid of pids) {
    while (!/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) {
      if (performance.now() > end) throw new Error(`process ${pid} lives on`)
    }
  }
}

describe('a signal to a dead child that nobody has reaped', () => {
  it("is refused for spawn's own, whose status is kept", async () => {
    const children = Array.from({ length: 40 }, (_, i) =>
      spawn('sh', ['-c', `exit ${i}`], { stdio: 'ignore' }),
    )
    untilDead(children.map(({ pid }) => pid))
    expect(children.map((child) => child.kill('SIGKILL'))).not.toContain(true)
    const statuses = await Promise.all(children.map(({ exited }) => exited))
    expect(statuses.map(({ code }) => code)).toEqual(children.map((_, i) => i))
  })

  it("is refused by handles of spawn's own", async () => {
    const children = Array.from({ length: 40 }, () => spawn('true', [], { stdio: 'ignore' }))
    const handles = children.map(({ pid }) => openProcess(pid))
    untilDead(children.map(({ pid }) => pid))
    expect(handles.map((handle) => handle.kill())).not.toContain(true)
    for (const handle of handles) handle[Symbol.dispose]()
    for (const { exited } of children) expect((await exited).code).toBe(0)
  })

  it("is refused for child_process's, which keep their event", async () => {
    const children = Array.from({ length: 40 }, () => spawnChild('true', { stdio: 'ignore' }))
    const exits = children.map((child) => once(child, 'exit'))
    const pids = children.map(({ pid }) => pid as number)
    const handles = pids.map((pid) => openProcess(pid))
    untilDead(pids)
    expect(handles.map((handle) => handle.kill())).not.toContain(true)
    for (const handle of handles) handle[Symbol.dispose]()
    for (const exit of exits) expect(await exit).toEqual([0, null])
  })
})
