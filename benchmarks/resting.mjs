import { readdirSync, readFileSync } from 'node:fs'
import { sum } from './quantile.mjs'

/** Until the process sleeps, and has used no more processor time for a while. */
export async function settled(pid) {
  const used = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ', 13)
  for (let before = ''; ; ) {
    const [state, ...fields] = used()
    const now = fields.slice(10).join()
    if (state === 'S' && now === before) return
    before = now
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** How often its threads have slept. */
export function switches(pid) {
  const each = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1')
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1])
  })
  return sum(each)
}

/** Kilobytes that it holds. */
export function memoryOf(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const field = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(rollup)[1])
  return {
    resident: field('Rss'),
    proportional: field('Pss'),
    private: field('Private_Clean') + field('Private_Dirty'),
    anonymous: field('Anonymous'),
  }
}
