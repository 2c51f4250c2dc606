import { waitForExit } from 'sexton'
import { init } from 'sexton/init'
import { orphans } from '../../fixtures/orphans.mjs'
import { hear } from '../../inside.js'

export async function waitForOrphans() {
  const adopted: string[] = []
  const reaped: number[] = []
  hear('sexton:adopted', ({ pid, name }) => adopted.push(name ? String(pid) : `${pid} unnamed`))
  hear('sexton:reaped', ({ status }) => reaped.push(status.pid))
  const { pids, end } = await orphans(48, 7)
  const waits = Promise.all(pids.map((pid) => waitForExit(pid)))
  end()
  const codes = new Set((await waits).map(({ code }) => code))
  while (init.stats().reaped < pids.length) await new Promise((resolve) => setTimeout(resolve, 5))
  const sorted = (list: readonly unknown[]) => JSON.stringify(list.map(String).sort())
  return [[...codes], sorted(adopted) === sorted(pids), sorted(reaped) === sorted(pids)]
}
