import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compare, inQuartiles } from './comparison.mjs'
import { Container, until } from './oci-container.mjs'
import { hasPodman, Podman } from './podman.mjs'
import { environment, withPrograms } from './programs.mjs'
import { quantile, sum } from './quantile.mjs'
import { memoryOf } from './resting.mjs'
import { rotated } from './turns.mjs'
import { duration, ratio } from './units.mjs'

// What a shim costs a container: the time until it tells the container's pid, beyond what the runtime takes alone; the
// lines that it brings from the container to the log; its memory. The contenders take turns with containers of runc, each
// of which is one static program.

const SHIM = fileURLToPath(new URL('../dist/cli/sexton-shim.js', import.meta.url))
const FRONT = fileURLToPath(new URL('../build/Release/sexton-shim', import.meta.url))
const [CONMON, OURS, HOSTED] = ['conmon', 'sexton-shim', 'sexton-shim serve']
const hosted = {
  ...{ name: HOSTED, command: [FRONT, '--compat', 'conmon'], servers: () => [] },
  conmon: FRONT,
}
const SHIMS = [
  { name: CONMON, command: ['conmon'], conmon: '/usr/bin/conmon' },
  { name: OURS, command: [SHIM, '--compat', 'conmon'], conmon: SHIM },
  hosted,
]
const LENGTH = 100
const TICKS = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout)

function planFor({ quick }) {
  return quick
    ? {
        shares: 4,
        rounds: 2,
        calls: 2,
        floods: 2,
        lines: 50_000,
        containers: 3,
        rate: 10_000,
        seconds: 2,
        many: [5],
      }
    : {
        ...{ shares: 100, rounds: 15, calls: 15, floods: 5, lines: 500_000 },
        ...{ containers: 10, rate: 10_000, seconds: 60, many: [50, 200] },
      }
}

async function measure(options, progress) {
  const lacking = ['conmon', 'runc'].filter((name) => spawnSync(name, ['--version']).status !== 0)
  if (lacking.length > 0) return { lacking }
  const plan = planFor(options)
  const folder = mkdtempSync(join(tmpdir(), 'sexton-shim-'))
  const server = serveAt(join(folder, 'socket'))
  try {
    const sources = ['lines.c', 'pause.c', 'nothing.c', 'forking-runtime.c']
    return await withPrograms(sources, async ({ lines, pause, nothing, ...others }) => ({
      plan,
      shares: await measureShares({ folder, plan, pause, progress, ...others }),
      starts: await measureStarts({ folder, plan, pause, progress }),
      calls: await measureCalls({ folder, plan, pause, nothing, progress }),
      floods: await measureFloods({ folder, plan, lines, progress }),
      steady: await measureSteady({ folder, plan, lines, progress }),
      memory: await measureMemory({ folder, plan, pause, progress }),
    }))
  } finally {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

/** Starts the server of the hosted shims. */
function serveAt(socket) {
  const server = spawn(FRONT, ['serve', socket], { stdio: 'ignore', env: environment })
  hosted.env = { SEXTON_SHIM_SOCKET: socket }
  hosted.servers = () => [server.pid]
  return server
}

/** Milliseconds until the pid is told, by contender, and those of the runtime alone, round by round. */
async function measureStarts({ folder, plan, pause, progress }) {
  const times = new Map([['runc', []], ...SHIMS.map(({ name }) => [name, []])])
  for (let round = 0; round < plan.rounds; round += 1) {
    progress(`starts, round ${round}`)
    for (const shim of rotated([undefined, ...SHIMS], round)) {
      const container = new Container(folder, [pause])
      const taken = await (shim ? container.create(shim) : container.createBare())
      times.get(shim?.name ?? 'runc').push(taken * 1e3)
      await container.end(shim !== undefined)
    }
  }
  return [...times].map(([name, each]) => ({ name, median: quantile(each, 0.5), each }))
}

/** Milliseconds until the pid is told, where the runtime takes no time. They are the shim's own. */
async function measureShares({ folder, plan, pause, 'forking-runtime': forking, progress }) {
  const times = new Map(SHIMS.map(({ name }) => [name, []]))
  for (let round = 0; round < plan.shares; round += 1) {
    progress(`own shares, round ${round}`)
    for (const shim of rotated(SHIMS, round)) {
      const container = new Container(folder, [pause])
      times.get(shim.name).push((await container.create(shim, forking)) * 1e3)
      await container.end()
    }
  }
  return [...times].map(([name, each]) => ({
    name,
    low: quantile(each, 0.25),
    median: quantile(each, 0.5),
  }))
}

/** Milliseconds of whole commands of podman, round by round; none without podman. */
async function measureCalls({ folder, plan, pause, nothing, progress }) {
  if (!hasPodman()) return []
  const podman = new Podman(folder, [pause, nothing])
  const times = SHIMS.map((shim) => ({
    name: shim.name,
    call: podman.use(shim),
    run: [],
    exec: [],
  }))
  const names = times.map((_, i) => `standing-by-${i}`)
  try {
    for (const [i, { call }] of times.entries()) {
      await call('run', '-d', '--name', names[i], ...podman.container(pause))
    }
    for (let round = 0; round < plan.calls; round += 1) {
      progress(`podman, round ${round}`)
      for (const { name, call, run, exec } of rotated(times, round)) {
        run.push(await call('run', '--rm', ...podman.container(nothing)))
        const own = names[times.findIndex((each) => each.name === name)]
        exec.push(await call('exec', own, `/${basename(nothing)}`))
      }
    }
  } finally {
    await times[0].call('rm', '--force', '--time', '0', ...names)
    await podman.close()
  }
  return times.map(({ name, run, exec }) => ({ name, run, exec }))
}

/** One container that writes as fast as its lines are taken. */
async function measureFloods({ folder, plan, lines, progress }) {
  const results = new Map(SHIMS.map(({ name }) => [name, []]))
  for (let round = 0; round < plan.floods; round += 1) {
    progress(`flood, round ${round}`)
    for (const shim of rotated(SHIMS, round)) {
      const written = { count: plan.lines, rate: 0, containers: 1 }
      results.get(shim.name).push(await write({ folder, lines, shim, ...written }))
    }
  }
  const rounds = (name, key) => results.get(name).map((result) => result[key])
  return SHIMS.map(({ name }) => ({
    name,
    taken: quantile(rounds(name, 'taken'), 0.5),
    used: quantile(rounds(name, 'used'), 0.5),
    compared: compare(rounds(name, 'taken'), rounds(CONMON, 'taken')),
  }))
}

/** Several containers that write so many lines a second each. */
async function measureSteady({ folder, plan, lines, progress }) {
  const results = []
  for (const shim of SHIMS) {
    progress(`steady, ${shim.name}`)
    const { containers, rate, seconds } = plan
    const written = { count: rate * seconds, rate, containers }
    results.push({ name: shim.name, ...(await write({ folder, lines, shim, ...written })) })
  }
  return results
}

/** Microseconds until all logs are whole, and the processor's microseconds that the shims have used. */
async function write({ folder, lines, shim, count, rate, containers }) {
  const words = [lines, String(count), String(LENGTH), String(rate)]
  const made = Array.from({ length: containers }, () => new Container(folder, words))
  for (const container of made) await container.create(shim)
  const pids = processesOf(shim, made)
  const before = used(pids)
  const begun = performance.now()
  for (const container of made) container.start()
  const last = `${String(count - 1).padStart(9, '0')} `
  for (const { log } of made) await until(() => tail(log).includes(last))
  const result = { taken: (performance.now() - begun) * 1e3, used: used(pids) - before }
  for (const container of made) {
    verify(container.log, count)
    await container.end()
  }
  return result
}

/** Every line is there once, and in order; a long one may be in several records. */
function verify(log, count) {
  let expected = 0
  let line = ''
  for (const record of readFileSync(log, 'latin1').trimEnd().split('\n')) {
    const at = record.indexOf(' stdout ') + ' stdout '.length
    line += record.slice(at + 2)
    if (record[at] === 'P') continue
    if (Number(line.slice(0, 9)) !== expected || line.length !== LENGTH - 1) {
      throw new Error(`line ${expected} is not in the log, but ${line}`)
    }
    expected += 1
    line = ''
  }
  if (expected !== count) throw new Error(`${expected} lines of ${count} are in the log`)
}

/** The end of a file that grows. */
function tail(path) {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const end = Buffer.alloc(2 * LENGTH)
    const read = readSync(file, end, 0, end.length, Math.max(0, size - end.length))
    return end.toString('latin1', 0, read)
  } finally {
    closeSync(file)
  }
}

/** What so many containers hold, beside the containers themselves. */
async function measureMemory({ folder, plan, pause, progress }) {
  const results = []
  for (const many of plan.many) {
    for (const shim of SHIMS) {
      progress(`memory of ${many}, ${shim.name}`)
      const made = Array.from({ length: many }, () => new Container(folder, [pause]))
      for (const container of made) await container.create(shim)
      for (const container of made) container.start()
      const each = processesOf(shim, made).map((pid) => memoryOf(pid).proportional)
      results.push({ name: shim.name, many, total: sum(each), perContainer: sum(each) / many })
      for (const container of made) await container.end()
    }
  }
  return results
}

/** The processes of a shim for these containers. */
function processesOf(shim, containers) {
  return [...containers.map((container) => container.shim), ...(shim.servers?.() ?? [])]
}

/** Microseconds of the processor. */
function used(pids) {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return (sum(ticks) / TICKS) * 1e6
}

function report({ lacking, plan, shares, starts, calls, floods, steady, memory }) {
  const title = 'A container runtime shim'
  if (lacking)
    return { title, notes: [`Not measured: ${lacking} is missing.`], tables: [], charts: [] }
  const runtime = starts.find(({ name }) => name === 'runc')
  const [conmonsCalls, conmonsSteady] = [calls, steady].map((each) =>
    each.find(({ name }) => name === CONMON),
  )
  const megabytes = (kilobytes) => `${(kilobytes / 1e3).toFixed(1)} MB`
  return {
    title,
    notes: [
      `A container of runc under each shim, without an engine. Starts are medians of ${plan.rounds}, floods of ${plan.floods}; every line was found in the log, in order.`,
    ],
    tables: [
      {
        head: ['until the pid is told, by a runtime that only forks', 'lower quartile', 'median'],
        rows: shares.map(({ name, low, median }) => [name, duration(low), duration(median)]),
      },
      {
        head: ['until the pid is told', 'whole', 'beyond the runtime'],
        rows: starts.map(({ name, median }) => [
          name,
          duration(median),
          name === 'runc' ? '-' : duration(median - runtime.median),
        ]),
      },
      {
        head: ['podman', 'run --rm', `× ${CONMON} (quartiles)`, 'exec', `× ${CONMON} (quartiles)`],
        rows: calls.map(({ name, run, exec }) => [
          name,
          duration(quantile(run, 0.5) * 1e3),
          inQuartiles(compare(run, conmonsCalls.run)),
          duration(quantile(exec, 0.5) * 1e3),
          inQuartiles(compare(exec, conmonsCalls.exec)),
        ]),
      },
      {
        head: [
          `${plan.lines} lines at once`,
          'lines a second',
          'processor',
          `time × ${CONMON} (quartiles)`,
        ],
        rows: floods.map(({ name, taken, used, compared }) => [
          name,
          `${Math.round(plan.lines / (taken / 1e6))}`,
          duration(used),
          inQuartiles(compared),
        ]),
      },
      {
        head: [
          `${plan.containers} × ${plan.rate} lines a second, for ${plan.seconds} s`,
          'until the logs are whole',
          `time × ${CONMON}`,
          'processor',
          `processor × ${CONMON}`,
        ],
        rows: steady.map(({ name, taken, used }) => [
          ...[name, duration(taken), ratio(taken, conmonsSteady.taken)],
          ...[duration(used), ratio(used, conmonsSteady.used)],
        ]),
      },
      {
        head: ['containers that stand by', 'number', 'PSS', 'for each'],
        rows: memory.map(({ name, many, total, perContainer }) => [
          name,
          String(many),
          megabytes(total),
          `${Math.round(perContainer)} kB`,
        ]),
      },
    ],
    charts: [],
  }
}

export const shim = { name: 'shim', measure, report }
