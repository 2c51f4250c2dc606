// The same program, which leaves hundreds of orphans behind, under plain Node and under pid1:
// `npm run demo`. Linux; no privileges needed where user namespaces are allowed.

import { setTimeout as sleep } from 'node:timers/promises'
import { openChart } from './demo/chart.mjs'
import { Contestant } from './demo/contestant.mjs'
import { collectLeftovers } from './demo/leftovers.mjs'
import { chooseSetting, ORPHANS } from './demo/setting.mjs'
import { judge } from './demo/verdict.mjs'

const SAMPLE_EVERY = 100
// All orphans are dead by then; so much time to reap the last of them.
const LAST_RITES = 300

async function run() {
  const setting = await chooseSetting()
  process.stdout.write(`${setting.explanation}\n\n`)
  const leftovers = setting.isolated ? undefined : collectLeftovers()
  const contestants = setting.entries.map(({ title, command }) => new Contestant(title, command))
  const chart = openChart(process.stdout, ORPHANS)
  const observe = () => {
    for (const contestant of contestants) contestant.sample()
    chart.draw(contestants)
  }
  const timer = setInterval(observe, SAMPLE_EVERY)
  await Promise.all(contestants.map((contestant) => contestant.finished))
  await sleep(LAST_RITES)
  clearInterval(timer)
  observe()
  chart.close()
  await Promise.all(contestants.map((contestant) => contestant.end()))
  await leftovers?.done()
  return judge(contestants)
}

if (process.platform === 'linux') {
  const { lines, shown } = await run()
  process.stdout.write(`\n${lines.join('\n')}\n`)
  process.exitCode = shown ? 0 : 1
} else {
  process.stderr.write('The demo needs Linux: elsewhere orphans always go to the system itself.\n')
  process.exitCode = 1
}
