import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../compile.js'
import { asPid1, evaluate, nodeWithInit, pid1, root, run } from '../program.js'
import { eventsOf, innerPid, start } from '../programs/running.js'

// A child that calls PTRACE_TRACEME stops at each signal and each exec, and waitid(2) tells of that.

const folder = mkdtempSync(join(tmpdir(), 'sexton-stops-'))
const traced = join(folder, 'traced')

beforeAll(() => compile(join(root, 'test/fixtures/traced.c'), traced, '-pthread'))
afterAll(() => rmSync(folder, { recursive: true }))

const backends = ['pidfd', 'sigchld', 'poll'] as const
/** All that a traced child can meet, and an untraced one. */
const HOWS = ['plain', 'signal', 'twice', 'exec', 'thread', 'thread-end']

const prologue = () => `
  import { readFileSync, readdirSync } from 'node:fs'
  import { spawn as nodeSpawn } from 'node:child_process'
  import { once } from 'node:events'
  import { spawn, subreaper, Zombies, reapUntil, waitForExit } from 'sexton'
  import { loadForeignAddon } from './test/fixtures/foreign-addon.mjs'
  const HOWS = ${JSON.stringify(HOWS)}
  const traced = ${JSON.stringify(traced)}
  const say = (value) => console.log(JSON.stringify(value))
  const gone = (pid) => { try { process.kill(pid, 0) } catch { return true } return false }
  const descriptors = () => readdirSync('/proc/self/fd').length
  const start = (how, code, options) => spawn(traced, [how, String(code)], { stdio: 'ignore', ...options })
  /** So many orphans that begin once they are ours. */
  const orphans = async (count, hows = HOWS) => {
    subreaper.enable()
    const one = (i) => '(read x; exec ' + traced + ' ' + hows[i % hows.length] + ' ' + i + ') <&3 3<&- >/dev/null & echo $!'
    const script = Array.from({ length: count }, (_, i) => one(i)).join('\\n')
    const shell = nodeSpawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] })
    let text = ''
    shell.stdout.on('data', (data) => { text += data })
    await Promise.all([once(shell, 'exit'), once(shell.stdout, 'end')])
    const codes = new Map(text.trim().split('\\n').map((pid, i) => [Number(pid), i]))
    return { codes, begin: () => shell.stdio[3].destroy() }
  }
`
const inProgram = <T>(
  source: string,
  options: { node?: readonly string[]; backend?: string } = {},
) =>
  evaluate<T>(prologue() + source, {
    ...(options.node && { node: options.node }),
    ...(options.backend && { env: { SEXTON_BACKEND: options.backend } }),
  })

const SPAWN_MANY = `
  const children = Array.from({ length: 48 }, (_, i) => start(HOWS[i % HOWS.length], i))
  const wrong = []
  await Promise.all(children.map(async (child, i) => {
    const { code, signal } = await waitForExit(child.pid)
    const end = await child.exited
    if (code !== i || end.code !== i || !gone(child.pid)) wrong.push([HOWS[i % HOWS.length], i, code, signal])
  }))`

describe.each(backends)('A traced child, on %s,', (backend) => {
  it('ends as if it had no tracer, among forty that do and do not ask for one', async () => {
    const result = await inProgram(
      `await start('plain', 0).exited
      const before = descriptors()
      ${SPAWN_MANY}
      say({ wrong, leaked: descriptors() - before })`,
      { backend },
    )
    expect(result).toEqual({ wrong: [], leaked: 0 })
  })

  it('does so in a worker too', async () => {
    const result = await inProgram(
      `import { Worker } from 'node:worker_threads'
      const source = ${JSON.stringify(prologue() + SPAWN_MANY)} + ';(await import("node:worker_threads")).parentPort.postMessage(wrong)'
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(
        source.replace(/'sexton'/, JSON.stringify(import.meta.resolve('sexton')))
          .replace(/import { loadForeignAddon.*/, ''))))
      const [wrong] = await once(worker, 'message')
      say(wrong)`,
      { backend },
    )
    expect(result).toEqual([])
  })

  it('is killed by the signal that has stopped it, and by SIGTRAP of its own', async () => {
    const result = await inProgram(
      `const signals = [1, 5, 6, 11, 15, 34]
      const ends = await Promise.all(signals.map((signal) => start('die', signal).exited))
      say(ends.map(({ signal }) => signal))`,
      { backend },
    )
    expect(result).toEqual(['SIGHUP', 'SIGTRAP', 'SIGABRT', 'SIGSEGV', 'SIGTERM', 'SIGRTMIN'])
  })

  it('is ended by a timeout, and not before', async () => {
    const result = await inProgram(
      `const children = Array.from({ length: 40 }, (_, i) =>
        start(i % 2 ? 'wait' : 'exec-wait', 0, { timeout: 300 + i }))
      const ends = await Promise.all(children.map(async (child) => {
        const { signal } = await child.exited
        return signal + ' ' + child.terminationReason + ' ' + gone(child.pid)
      }))
      say([...new Set(ends)])`,
      { backend },
    )
    expect(result).toEqual(['SIGTERM timeout true'])
  })

  it('does not hide other orphans, and is reaped once, when it has ended', async () => {
    const result = await inProgram(
      `const results = []
      for (const scope of ['adopted', 'all']) {
        const { codes, begin } = await orphans(48)
        const wrong = []
        let reaped = 0
        begin()
        for await (const { pid, code, signal } of new Zombies({ scope })) {
          if (codes.get(pid) !== code) wrong.push([codes.get(pid), code, signal])
          reaped += 1
          if (reaped === codes.size) break
        }
        results.push({ wrong, left: [...codes.keys()].filter((pid) => !gone(pid)).length })
      }
      say(results)`,
      { backend },
    )
    expect(result).toEqual(Array(2).fill({ wrong: [], left: 0 }))
  })

  it.each(['adopted', 'all'])("lets reapUntil() of scope '%s' see each end", async (scope) => {
    const result = await inProgram(
      `const { codes, begin } = await orphans(48)
      const child = start('wait', 9, { stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = reapUntil(child.pid, { scope: '${scope}' })
      begin()
      child.stdout.resume()
      while (![...codes.keys()].every(gone)) await new Promise((resolve) => setTimeout(resolve, 5))
      child.kill('SIGUSR1')
      say((await ended).code)`,
      { backend },
    )
    expect(result).toBe(9)
  })

  it('is left alone for the grace that a debugger in another addon may need', async () => {
    const result = await inProgram(
      `loadForeignAddon()
      // A stop of a thread is seen only when no other stop hides it: a second for each.
      const { codes, begin } = await orphans(48, HOWS.filter((how) => !how.startsWith('thread')))
      const zombies = new Zombies()
      const first = zombies.next()
      begin()
      const began = performance.now()
      const wrong = []
      let reaped = 0
      for (let next = await first; ; next = await zombies.next()) {
        const { pid, code } = next.value
        if (codes.get(pid) !== code) wrong.push([codes.get(pid), code])
        reaped += 1
        if (reaped === codes.size) break
      }
      say({ wrong, patient: performance.now() - began >= 1000 })
      process.exit()`,
      { backend },
    )
    expect(result).toEqual({ wrong: [], patient: true })
  })
})

describe('sexton/init', () => {
  it('reaps traced orphans when they have ended, and counts each once', async () => {
    const result = await inProgram(
      `import { init } from 'sexton/init'
      const { codes, begin } = await orphans(48)
      begin()
      while (![...codes.keys()].every(gone)) await new Promise((resolve) => setTimeout(resolve, 5))
      say(init.stats())`,
      { node: nodeWithInit },
    )
    expect(result).toEqual({ reaped: 48, adopted: 48, abandoned: 0, pending: 0 })
  })

  it('ends a traced child by TERM at exit', async () => {
    const outcome = await evaluate<string[]>(
      `${prologue()}
      import { subscribe } from 'node:diagnostics_channel'
      import { init } from 'sexton/init'
      init({ grace: 20_000 })
      const children = Array.from({ length: 40 }, () => start('wait', 0, { stdio: ['ignore', 'pipe', 'ignore'] }))
      for (const child of children) await once(child.stdout, 'data')
      const outcomes = []
      subscribe('sexton:left', ({ outcome }) => outcomes.push(outcome))
      process.on('exit', () => say(outcomes))
      process.exit()`,
      { node: nodeWithInit },
    )
    expect(outcome).toEqual(Array(40).fill('terminated'))
  })
})

describe('pid1', () => {
  const cases = HOWS.flatMap((how) => [
    { how, where: 'as PID 1', prefix: asPid1 },
    { how, where: 'as a subreaper', prefix: [] },
  ])

  it.each(cases)('exits as its command that is traced ($how) $where', async ({ how, prefix }) => {
    const options = prefix.length === 0 ? ['-s'] : []
    const outcome = await run([...prefix, pid1, ...options, '-w', '--', traced, how, '7'])
    expect(outcome).toMatchObject({ code: 7, stderr: '' })
  })

  it('forwards signals to a traced command, and tells of no stop but that of job control', async () => {
    const running = start([...asPid1, pid1, '--status-fd', '2', '--', traced, 'wait', '7'])
    await running.printed('ready')
    process.kill(await innerPid(running), 'SIGUSR1')
    const { code, stderr } = await running.ended
    expect(code).toBe(7)
    const events = eventsOf(stderr).map(({ event }) => event)
    expect(events).toEqual(['started', 'forwarded', 'exited'])
  })

  it('tells once that a traced command is stopped, and lets it go on by SIGCONT', async () => {
    const running = start([...asPid1, pid1, '--status-fd', '2', '--', traced, 'stop', '7'])
    await running.printed('"event":"stopped"')
    process.kill(await innerPid(running), 'SIGCONT')
    const { code, stderr } = await running.ended
    expect(code).toBe(7)
    const stops = eventsOf(stderr).filter(({ event }) => event === 'stopped')
    expect(stops).toMatchObject([{ signal: 'SIGSTOP' }])
  })

  it('reaps traced orphans once, by the code with which they end', async () => {
    // Each begins when it is an orphan; `cat` ends when they all have.
    const orphan = `until [ "$(cut -d" " -f4 /proc/$$/stat)" = 1 ]; do :; done; exec ${traced} "$@"`
    const each = `for i in 11 12 13 14 15; do for how in ${HOWS.join(' ')} plain; do
        (sh -c '${orphan}' sh $how $i &); done; done`
    const outcome = await run(['sh', '-c', `{ ${each}; } | cat`], {
      prefix: [...asPid1, pid1, '-w'],
    })
    const lines = outcome.stderr
      .trim()
      .split('\n')
      .filter((line) => line.includes('(traced)'))
    expect(outcome.code).toBe(0)
    expect(lines.filter((line) => !/: exit code 1[1-5]$/.test(line))).toEqual([])
    expect(new Set(lines).size).toBe(lines.length)
    expect(lines).toHaveLength(35)
  })
})
