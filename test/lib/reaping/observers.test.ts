import { describe, expect, it } from 'vitest'
import { evaluate, nodeWithInit } from '../../program.js'

const backends = ['pidfd', 'sigchld', 'poll']

const prologue = `
  import { subscribe } from 'node:diagnostics_channel'
  import { waitForExit } from 'sexton'
  import { init } from 'sexton/init'
  import { orphans } from './test/fixtures/orphans.mjs'
  const told = { adopted: [], reaped: [] }
  subscribe('sexton:adopted', ({ pid, name }) => told.adopted.push(pid + (name ? '' : ' unnamed')))
  subscribe('sexton:reaped', ({ status }) => told.reaped.push(status.pid))
  const say = (value) => console.log(JSON.stringify(value))
`

describe.each(backends)('The death of an orphan, on %s,', (backend) => {
  it('is told once to each observer, even if a wait sees it then', async () => {
    const result = await evaluate(
      `${prologue}
      const { pids, end } = await orphans(48, 7)
      const waits = Promise.all(pids.map((pid) => waitForExit(pid)))
      end()
      const codes = new Set((await waits).map(({ code }) => code))
      while (init.stats().reaped < pids.length) await new Promise((resolve) => setTimeout(resolve, 5))
      const sorted = (list) => JSON.stringify([...list].sort())
      say([[...codes], sorted(told.adopted) === sorted(pids.map(String)), sorted(told.reaped) === sorted(pids)])`,
      { node: nodeWithInit, env: { SEXTON_BACKEND: backend } },
    )
    expect(result).toEqual([[7], true, true])
  })
})
