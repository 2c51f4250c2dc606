import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  CommandError,
  command,
  descendants,
  Job,
  JobResult,
  openProcess,
  runJob,
} from '../../../lib/index.js'
import { eventually } from '../../eventually.js'
import { patience, sized } from '../../pace.mjs'

const sh = (script: string, options = {}) => runJob('sh', ['-c', script], options)
const GRACE = 300

/** Starts a process that outlives its parent in a session of its own, and waits until it has its name. */
const DAEMON = 'setsid sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done'
/** A descendant that ignores TERM, and has said so. */
const STUBBORN = `f=$(mktemp -u); mkfifo $f
sh -c 'trap "" TERM; echo > $0; while :; do sleep 1000; done' $f & read line < $f; rm $f`

async function failureOf(job: Job<unknown>): Promise<CommandError> {
  const error = await job.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(CommandError)
  return error as CommandError
}

// Without the keeper, which exits a moment after it has told that all have ended.
const live = () =>
  descendants().filter(({ name, state }) => name !== 'sexton-keeper' && state !== 'Z')

describe('runJob()', () => {
  it('gives the result of a command, and what outlived it', async () => {
    const job = sh(`echo out; echo err >&2; ${DAEMON}`)
    const result = await job
    expect(job).toBeInstanceOf(Job)
    expect(result).toBeInstanceOf(JobResult)
    expect(result).toMatchObject({ stdout: 'out', stderr: 'err', endedBy: 'exit', kept: 0 })
    expect(result.survivors).toEqual([
      {
        pid: expect.any(Number),
        ppid: expect.any(Number),
        name: 'sleep',
        command: 'sleep 1000',
        outcome: 'terminated',
      },
    ])
    expect(live()).toEqual([])
  })

  it('kills what ignores TERM, after the grace', async () => {
    const { survivors } = await sh(`${STUBBORN}`, { grace: GRACE })
    expect(survivors.map(({ outcome }) => outcome)).toContain('killed')
    expect(live()).toEqual([])
  })

  it('takes a prepared command', async () => {
    const { stdout } = await runJob(command('echo', ['a', 'b']), { lines: true })
    expect(stdout).toEqual(['a b'])
  })

  it('has a promise for the command and one for all', async () => {
    const job = sh(`trap '' TERM; sleep 1000 & exit 3`, { grace: GRACE, reject: false })
    expect((await job.exited).code).toBe(3)
    await job.ended
    expect(live()).toEqual([])
    expect((await job).status.code).toBe(3)
  })

  it('rejects if the command has failed, and if it cannot be started', async () => {
    expect((await failureOf(sh('exit 3'))).status.code).toBe(3)
    const job = runJob('/nonexistent')
    await expect(job).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED', path: '/nonexistent' })
    await expect(job.exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
    await job.ended
    expect(job.processes()).toEqual([])
  })

  it('is not started with an aborted signal', async () => {
    const job = sh('exit', { signal: AbortSignal.abort('no') })
    await expect(job).rejects.toBe('no')
    for await (const _ of job.adopted) throw new Error('an orphan of nobody')
    expect(live()).toEqual([])
  })

  it('says that it was not started, and takes no signal then', async () => {
    const job = runJob('/nonexistent')
    expect(String(job)).toBe('starting')
    await expect(job).rejects.toThrow('ENOENT')
    expect([String(job), job.signal('SIGTERM')]).toEqual(['not started', false])
  })

  it('names the directory that does not exist', async () => {
    const error = { code: 'ERR_SPAWN_FAILED', path: '/nonexistent' }
    await expect(sh('exit', { cwd: '/nonexistent' })).rejects.toMatchObject(error)
  })

  it('runs many at once, and leaves no descriptor', async () => {
    await sh('exit')
    const before = readdirSync('/proc/self/fd').length
    const jobs = Array.from({ length: sized(40, 10) }, (_, i) =>
      sh(`${DAEMON}; exit ${i}`, { reject: false }),
    )
    const codes = (await Promise.all(jobs)).map(({ status }) => status.code)
    expect(codes).toEqual(jobs.map((_, i) => i))
    expect(live()).toEqual([])
    await eventually(() => expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before))
  })
})

describe('A job is ended', () => {
  const endless = `${DAEMON}; echo; wait`

  it('by its timeout', async () => {
    const error = await failureOf(sh(endless, { timeout: 200, grace: patience(5000) }))
    expect(error.terminationReason).toBe('timeout')
    expect(error.message).toMatch(/: timed out, killed by SIGTERM/)
    expect(live()).toEqual([])
  })

  it('by silence', async () => {
    const error = await failureOf(sh('echo; sleep 1000', { idleTimeout: 200 }))
    expect(error.terminationReason).toBe('idle')
    expect(live()).toEqual([])
  })

  it('not by silence as long as it writes', async () => {
    const script = 'for i in 1 2 3 4 5 6; do echo; sleep 0.1; done'
    expect((await sh(script, { idleTimeout: patience(400) })).endedBy).toBe('exit')
  })

  it('by a signal of the caller’s choice', async () => {
    const job = sh(endless)
    await eventually(() => expect(job.processes().length).toBe(2))
    job.kill('SIGUSR1')
    const error = await failureOf(job)
    expect([error.terminationReason, error.status.signal]).toEqual(['dispose', 'SIGUSR1'])
    expect(live()).toEqual([])
    expect(() => job.kill('SIGNONE' as 'SIGHUP')).toThrow(RangeError)
  })

  it('at once by SIGKILL, although the grace is not over', async () => {
    const job = sh(`trap '' TERM; echo; while :; do sleep 1000; done`, { grace: 1e9 })
    await eventually(() => expect(job.processes().length).toBe(2))
    job.kill()
    job.kill('SIGKILL')
    expect((await failureOf(job)).status.signal).toBe('SIGKILL')
    expect(live()).toEqual([])
  })

  it('not by silence while the loop over its lines is busy', async () => {
    let count = 0
    for await (const _ of sh('yes | head -n 100000', { idleTimeout: patience(100) })) {
      if (count === 0) await new Promise((resolve) => setTimeout(resolve, patience(350)))
      count += 1
    }
    expect(count).toBe(100_000)
  })

  it('with an error that tells how, and what has outlived the command', async () => {
    const error = await failureOf(sh(`${DAEMON}; exit 3`))
    expect(error).toMatchObject({ endedBy: 'exit', kept: 0 })
    expect(error.survivors?.map(({ name }) => name)).toEqual(['sleep'])
    expect((await failureOf(sh('sleep 1000', { timeout: 50 }))).endedBy).toBe('timeout')
  })

  it('by an aborted signal', async () => {
    const abort = new AbortController()
    const job = sh(endless, { signal: abort.signal })
    await eventually(() => expect(job.processes().length).toBe(2))
    abort.abort('enough')
    const error = await failureOf(job)
    expect([error.terminationReason, error.cause]).toEqual(['abort', 'enough'])
    expect(live()).toEqual([])
  })

  it('by an aborted signal, though its scope is left at once', async () => {
    const abort = new AbortController()
    const job = sh(endless, { signal: abort.signal })
    job.catch(() => {})
    abort.abort('enough')
    await job[Symbol.asyncDispose]()
    const error = await failureOf(job)
    expect([error.terminationReason, error.cause]).toEqual(['abort', 'enough'])
  })

  it('by leaving the loop over its lines', async () => {
    for await (const _ of sh(endless)) break
    expect(live()).toEqual([])
  })

  it('by leaving its scope', async () => {
    {
      await using job = sh(endless)
      await eventually(() => expect(job.processes().length).toBe(2))
      job.catch(() => {})
    }
    expect(live()).toEqual([])
  })

  it('by kill(), with everything that it has started', async () => {
    const job = sh(endless, { reject: false })
    await eventually(() => expect(job.processes().map(({ name }) => name)).toContain('sleep'))
    job.kill()
    job.kill()
    expect((await job).endedBy).toBe('dispose')
    expect(live()).toEqual([])
  })

  it('before its pid is known, and is no survivor of itself', async () => {
    for (let i = 0; i < 5; i += 1) {
      const job = runJob('sleep', ['1000'], { reject: false })
      job.kill()
      expect(await job).toMatchObject({ endedBy: 'dispose', survivors: [] })
    }
  })

  it('by too much output', async () => {
    const error = await failureOf(runJob('yes', [], { maxBuffer: 1000 }))
    expect(error.terminationReason).toBe('overflow')
    expect(live()).toEqual([])
  })
})

describe('A running job', () => {
  it('lists its processes, and sends a signal to its command alone', async () => {
    const job = sh(`${DAEMON}; trap 'exit 9' USR1; echo; while :; do sleep 0.05; done`, {
      reject: false,
    })
    const lines = job[Symbol.asyncIterator]()
    await lines.next()
    const [first] = job.processes()
    expect(first).toMatchObject({ name: 'sh', ppid: expect.any(Number) })
    expect(first?.command).toMatch(/^sh -c /)
    expect(first?.memory).toBeGreaterThan(0)
    expect(first?.ageMs).toBeLessThan(patience(20_000))
    expect(job.signal('SIGUSR1')).toBe(true)
    expect((await job.exited).code).toBe(9)
    expect(await lines.next()).toMatchObject({ done: true })
    expect(live()).toEqual([])
  })

  it('tells of the orphans that its keeper reaps', async () => {
    const job = sh('echo; sh -c "(sleep 0.1; exit 7) & exit" ; sleep 0.5')
    const codes: unknown[] = []
    for await (const { code } of job.adopted) codes.push(code)
    expect(codes).toEqual([7])
    await job
  })
})

describe('What outlives the command', () => {
  it('is waited for', async () => {
    const { stdout, survivors } = await sh('(sleep 0.2; echo late) & exit', { leftovers: 'wait' })
    expect([stdout, survivors]).toEqual(['late', []])
  })

  it('is not waited for if it is to be kept', async () => {
    const { kept, durationMs } = await sh(`${DAEMON}; exit`, { keep: () => true, grace: 1e6 })
    expect(kept).toBe(1)
    expect(durationMs).toBeLessThan(patience(5000))
    const [daemon] = descendants().filter(({ name }) => name === 'sleep')
    process.kill(daemon?.pid as number, 'SIGKILL')
    await eventually(() => expect(descendants()).toEqual([]))
  })

  it('lives on if it is to be kept', async () => {
    const keep = ({ name }: { name: string }) => name === 'sleep'
    const named = 'until grep -q cat /proc/$!/comm; do :; done' // until then it is another sh
    const { kept, survivors } = await sh(`${DAEMON}; cat /dev/zero > /dev/null & ${named}`, {
      keep,
    })
    expect([kept, survivors.map(({ name }) => name)]).toEqual([1, ['cat']])
    const [daemon] = descendants().filter(({ name }) => name === 'sleep')
    const handle = openProcess(daemon?.pid as number, { startTime: daemon?.startTime as number })
    handle.kill('SIGKILL')
    await eventually(() => expect(live()).toEqual([]))
  })
})

describe('A keep that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('mine')
      },
      'mine',
    ],
    ['gives a promise', async () => true, 'invalid result of keep [Promise]: expected true or'],
    ['gives nothing', () => {}, 'invalid result of keep undefined: expected true or false'],
  ])('because it %s keeps nothing, and fails the job', async (_, keep, message) => {
    await expect(sh(`${DAEMON}; exit`, { keep })).rejects.toThrow(message)
    expect(live()).toEqual([])
  })
})

describe('Options of a job', () => {
  it.each([
    [null, 'invalid options null: expected a plain object'],
    [{ detached: true }, 'the command of a job leads a session of its own'],
    [{ shell: true }, "Use runJob('/bin/sh', ['-c', command])."],
    [{ cleanup: true }, 'a job ends with this process'],
  ])('have advice: %j', (options, message) => {
    expect(() => runJob('true', [], options as object)).toThrow(message)
  })

  it('come after a prepared command, and nothing else does', () => {
    const prepared = command('true')
    const message = 'none after the options of a prepared command\nUse runJob(command, options).'
    expect(() => runJob(prepared, ['x'] as object)).toThrow(message)
    expect(() => runJob(prepared as never, {} as never, { timeout: 1 })).toThrow(message)
  })

  it.each([
    [{ leftovers: 'kill' }, "invalid leftovers 'kill': expected 'end', 'wait' or 'keep'"],
    [{ keep: 'sleep' }, "invalid keep 'sleep': expected a function of a process"],
    [
      { keep: () => true, leftovers: 'wait' },
      "invalid leftovers 'wait': expected 'end', because of keep",
    ],
    [{ idleTimeout: 0 }, 'invalid idleTimeout 0: expected more than 0 milliseconds'],
    [{ idleTimeout: 9, stdio: 'inherit' }, 'idleTimeout needs an output that is collected'],
  ])('are checked: %j', (options, message) => {
    expect(() => runJob('true', [], options as object)).toThrow(message)
  })
})
