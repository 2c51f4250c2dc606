import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { scriptOf } from './contenders.mjs'
import { environment } from './programs.mjs'
import { watchers } from './watchers.mjs'

const TOO_LONG = 300_000

/**
 * Lets a contender watch `number` children in a process of its own, and kills `plan.kills` of them one after the other,
 * at instants that no loop can be in step with.
 *
 * @returns `latencies`, the microseconds until each exit was seen; and `idle`, what it used in the `plan.window`
 * milliseconds before, in which no child exited.
 */
export async function runContender({ way, name, ...contestant }, programs, number, plan, random) {
  const [node, ...script] = scriptOf(contestant, 'watching-contender.mjs')
  const contender = spawn(
    node,
    [...script, way, programs.pause, programs.siblings, String(number)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...environment, SEXTON_BACKEND: watchers[way].backend ?? '' },
      timeout: TOO_LONG, // it then says no more, which ends the reading
      killSignal: 'SIGKILL',
    },
  )
  const lines = createInterface({ input: contender.stdout })[Symbol.asyncIterator]()
  const read = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${name} with ${number} children ended, or took too long`)
    return value
  }
  try {
    const pids = JSON.parse(await read())
    await sleep(200) // what starting them has left to do
    const before = usage(contender.pid)
    await sleep(plan.window)
    const after = usage(contender.pid)
    const latencies = []
    while (latencies.length < plan.kills) {
      await sleep(1 + random() * 100)
      const pid = pids.splice(Math.floor(random() * pids.length), 1)[0]
      const killed = process.hrtime.bigint()
      process.kill(pid, 'SIGKILL')
      const [seen, instant, next] = (await read()).split(' ')
      if (Number(seen) !== pid) throw new Error(`${name} saw the end of ${seen}, not of ${pid}`)
      pids.push(Number(next))
      latencies.push(Number(BigInt(instant) - killed) / 1e3)
    }
    if (plan.window === 0) return { latencies }
    const perSecond = (key) => ((after[key] - before[key]) / plan.window) * 1e3
    return { latencies, idle: { cpu: perSecond('cpu'), wakeups: perSecond('switches') } }
  } finally {
    contender.kill('SIGKILL') // and its children with it: see pause.c
    await new Promise((resolve) => contender.once('close', resolve))
  }
}

/** Microseconds of processor time, and how often a thread of it has gone to sleep. */
function usage(pid) {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const read = (file) => readFileSync(`/proc/${pid}/task/${thread}/${file}`, 'latin1')
    return {
      cpu: Number(read('schedstat').split(' ')[0]) / 1e3,
      switches: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(read('status'))[1]),
    }
  })
  return threads.reduce((sum, each) => ({
    cpu: sum.cpu + each.cpu,
    switches: sum.switches + each.switches,
  }))
}
