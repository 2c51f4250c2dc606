import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  descendants,
  openProcess,
  spawn,
  type TerminateOptions,
  type TerminateScope,
  type TerminateTarget,
  terminate,
} from '../../../lib/index.js'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { skipWithoutRoot } from '../../needs.js'
import { patience, sized } from '../../pace.mjs'
import { asNobody, asPid1 } from '../../program.js'
import { programFile } from '../../program-file.js'
import { Stranger } from '../stranger.js'
import { isActive, membersOf, nest, onTerm, plant, SLEEPER, STUBBORN } from './trees.js'

const programs = await programFile<typeof import('./terminate.program.js')>(
  './terminate.program.ts',
  import.meta.url,
)

const SCOPES: readonly TerminateScope[] = ['process', 'group', 'tree']
const NOTHING = { ended: [], unreached: [] }

/** A grace that is not over before a process has ended that does not mind to. */
const grace = patience(2000)
/** A grace that a process of a test outlives. */
const SHORT = 100
/** A grace in which most do what SIGTERM asks for. A shell that has just been forked may lose the signal. */
const LONG = patience(300)

const sleeper = () => spawn('sleep', ['1000'], { stdio: 'ignore', processGroup: true })

describe('the target of terminate', () => {
  it.each<[string, (pid: number) => TerminateTarget]>([
    ['a pid', (pid) => pid],
    ['a descendant', (pid) => descendants().find((one) => one.pid === pid) ?? -1],
  ])('is %s', async (_, targetOf) => {
    const child = sleeper()
    await eventually(() => expect(readStat(child.pid)?.name).toBe('sleep'))
    expect(await terminate(targetOf(child.pid), { grace })).toEqual({
      ended: [{ pid: child.pid, name: 'sleep', how: 'terminated' }],
      unreached: [],
    })
    expect(await child.exited).toMatchObject({ signal: 'SIGTERM' })
  })

  it.each(SCOPES)('is a child of sexton, with scope %s', async (scope) => {
    const child = sleeper()
    const { ended } = await terminate(child, { grace, scope })
    expect(ended).toMatchObject([{ pid: child.pid, how: 'terminated' }])
    expect(child.status).toMatchObject({ signal: 'SIGTERM' })
    expect(await terminate(child, { scope })).toEqual(NOTHING)
  })

  it.each(SCOPES)('is a child of child_process, with scope %s', async (scope) => {
    const child = nodeSpawn('sleep', ['1000'], { stdio: 'ignore', detached: true })
    const exit = once(child, 'exit')
    const { ended } = await terminate(child, { grace, scope })
    expect(ended).toMatchObject([{ pid: child.pid, how: 'terminated' }])
    expect(await exit).toEqual([null, 'SIGTERM'])
    expect(await terminate(child, { scope })).toEqual(NOTHING)
  })

  it.each<TerminateScope>(['process', 'tree'])('is a stranger, with scope %s', async (scope) => {
    await using stranger = await Stranger.start()
    using handle = openProcess(stranger.pid)
    const { ended } = await terminate(handle, { grace, scope })
    expect(ended).toMatchObject([{ pid: stranger.pid, how: 'terminated' }])
    expect(await terminate(stranger.pid, { scope })).toEqual(NOTHING) // a zombie
    await stranger.reap()
    expect(await terminate(handle, { scope })).toEqual(NOTHING)
    expect(await terminate(stranger.pid, { scope })).toEqual(NOTHING)
  })

  it('is nothing if the child could not be started', async () => {
    const failed = nodeSpawn('/no/such/program')
    await once(failed, 'error')
    expect(await terminate(failed)).toEqual(NOTHING)
    await expect(terminate(spawn('/no/such/program'))).rejects.toMatchObject({
      code: 'ERR_SPAWN_FAILED',
    })
  })

  it('is not a later process with its pid', async () => {
    const child = sleeper()
    const startTime = (readStat(child.pid)?.startTime ?? 0) - 1
    for (const scope of SCOPES) {
      expect(await terminate({ pid: child.pid, startTime }, { scope })).toEqual(NOTHING)
    }
    expect(isActive(child.pid)).toBe(true)
    await terminate(child)
  })

  it('is not a later process with its pid in truth', async () => {
    const told = await programs.evaluate('spareSuccessors', [], { prefix: asPid1 })
    expect(told).toEqual(SCOPES.flatMap(() => [NOTHING, NOTHING, 'SIGINT']))
  })

  it.each<[unknown, TerminateOptions, typeof Error]>([
    [process.pid, {}, RangeError],
    [process.pid, { scope: 'group' }, RangeError],
    [process.ppid, {}, RangeError],
    [process.ppid, { scope: 'tree' }, RangeError],
    [1, { scope: 'tree' }, RangeError],
    [0, {}, RangeError],
    ['7', {}, TypeError],
    [null, {}, TypeError],
    [{ pid: 7 }, {}, TypeError],
    [Promise.resolve(7), {}, TypeError],
    [4_194_304, { scope: 'session' as 'tree' }, RangeError],
    [4_194_304, { grace: -1 }, RangeError],
    [4_194_304, { killSignal: 'SIGFOO' as 'SIGTERM' }, RangeError],
    [4_194_304, { timeout: 1 } as TerminateOptions, TypeError],
  ])('is not %s with options %j', async (target, options, kind) => {
    await expect(terminate(target as number, options)).rejects.toBeInstanceOf(kind)
  })
})

describe('a terminated process', () => {
  it.each(SCOPES)('is killed after the grace, with scope %s', async (scope) => {
    const { child, pids } = await plant(STUBBORN, 1, { processGroup: true })
    const { ended, unreached } = await terminate(child, { grace: SHORT, scope })
    expect(ended).toContainEqual({ pid: pids[0], name: 'sh', how: 'killed' })
    expect(unreached).toEqual([])
    for (const orphan of membersOf('processGroup', child.pid)) {
      await terminate(orphan, { killSignal: 'SIGKILL' })
    }
    expect(await child.exited).toMatchObject({ signal: 'SIGKILL' })
  })

  it.each(SCOPES)('may be stopped already, with scope %s', async (scope) => {
    const child = sleeper()
    child.kill('SIGSTOP')
    await eventually(() => expect(isActive(child.pid)).toBe(false))
    const { ended } = await terminate(child, { grace, scope })
    expect(ended).toMatchObject([{ pid: child.pid, how: 'terminated' }])
  })

  it('gets the signal of its choice', async () => {
    const child = sleeper()
    await terminate(child, { grace, killSignal: 'SIGINT' })
    expect(await child.exited).toMatchObject({ signal: 'SIGINT' })
    const other = sleeper()
    const { ended } = await terminate(other, { killSignal: 'SIGKILL' })
    expect(ended).toMatchObject([{ how: 'killed' }])
  })

  it("may be another user's, which it then says", async () => {
    skipWithoutRoot()
    const child = sleeper()
    await eventually(() => expect(readStat(child.pid)?.name).toBe('sleep'))
    for (const scope of SCOPES) {
      const told = await programs.evaluate('end', [child.pid, { scope }], { prefix: asNobody })
      expect(told).toEqual({
        ended: [],
        unreached: [{ pid: child.pid, name: 'sleep', reason: 'not-permitted' }],
      })
    }
    expect(isActive(child.pid)).toBe(true)
    await terminate(child)
  })
})

describe('a terminated tree', () => {
  it('ends, 40 and more at once, and no bystander does', async () => {
    const count = sized(60, 40)
    const bystanders = Array.from({ length: 5 }, sleeper)
    const planted = Array.from({ length: count }, () => plant(nest(nest(SLEEPER)), 3))
    const trees = await Promise.all(planted)
    const results = await Promise.all(
      trees.map(({ child }) => terminate(child, { grace, scope: 'tree' })),
    )
    const pidsOf = (list: readonly { pid: number }[]) => new Set(list.map(({ pid }) => pid))
    expect(results.map(({ ended }) => pidsOf(ended))).toEqual(
      trees.map(({ pids }) => new Set(pids)),
    )
    expect(results.flatMap(({ unreached }) => unreached)).toEqual([])
    expect(results.flatMap(({ ended }) => ended.map(({ how }) => how))).not.toContain('killed')
    expect(bystanders.map(({ pid }) => isActive(pid))).toEqual(Array(5).fill(true))
    await Promise.all(bystanders.map((child) => terminate(child)))
  })

  it('includes those that founded a session', async () => {
    const { child, pids } = await plant(`${SLEEPER.replace('exec', 'setsid')} & wait`, 1)
    await eventually(() =>
      expect(descendants(child.pid).map(({ name }) => name)).toContain('sleep'),
    )
    const { ended } = await terminate(child, { grace, scope: 'tree' })
    expect(ended.map(({ name }) => name)).toContain('sleep')
    expect(pids.every((pid) => !isActive(pid))).toBe(true)
  })

  it('includes a process that a dying one forks and awaits', async () => {
    const { child } = await plant(nest(onTerm('sleep 1000 & wait; exit')), 2)
    await terminate(child, { grace: LONG, scope: 'tree' })
    expect(descendants()).toEqual([])
  })

  it('includes an orphan of a dying process, in a session of the tree', async () => {
    const script = nest(onTerm('sleep 1000 & exit'))
    const { child, pids } = await plant(script, 2, { session: true })
    const { ended } = await terminate(child, { grace: LONG, scope: 'tree' })
    expect(ended.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids))
    expect(ended.length).toBeGreaterThan(2)
    expect(membersOf('session', child.pid)).toEqual([])
  })

  it('includes what is orphaned meanwhile, and the children it then has', async () => {
    // The innermost one waits for the death of its parent, and forks only then.
    const late = 'while kill -0 $PPID 2>/dev/null; do sleep 0.01; done; sleep 1000 & wait; exit'
    const { child, pids } = await plant(nest(nest(onTerm(late))), 3, { processGroup: true })
    const { ended } = await terminate(child, { grace: LONG, scope: 'tree' })
    expect(ended.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids))
    expect(membersOf('processGroup', child.pid)).toEqual([])
  })

  it('includes an orphan that ignores the signal', async () => {
    const { child, pids } = await plant(nest(nest(STUBBORN)), 3)
    const { ended } = await terminate(child, { grace: LONG, scope: 'tree' })
    const fates = new Map(ended.map(({ pid, how }) => [pid, how]))
    expect(pids.map((pid) => fates.get(pid))).toEqual(['terminated', 'terminated', 'killed'])
  })

  it('continues if the signal is aborted', async () => {
    const { child, pids } = await plant(nest(nest(STUBBORN)), 3)
    const abort = new AbortController()
    const ending = terminate(child, { scope: 'tree', signal: abort.signal })
    // The event loop must not turn: after the next look, the tree gets its signal.
    const end = performance.now() + patience(1000)
    while (isActive(child.pid) && performance.now() < end);
    expect(readStat(child.pid)?.state).toBe('T')
    abort.abort('enough')
    await expect(ending).rejects.toBe('enough')
    for (const pid of pids) await eventually(() => expect(isActive(pid)).toBe(true))
    await terminate(child, { grace: 0, scope: 'tree' })
  })

  it('is ended in a worker', async () => {
    const told = await programs.evaluate('endTreeInWorker', [])
    expect(told).toEqual([['terminated', 'terminated', 'terminated'], 'SIGTERM'])
  })
})

describe('a terminated group', () => {
  it('has orphans, and no process that has left it', async () => {
    const script = 'setsid sleep 1000 & echo $!; (sleep 1000 & echo $!); echo $$; wait'
    const { child, pids } = await plant(script, 3, { processGroup: true })
    const [left = 0, orphan = 0, shell = 0] = pids
    await eventually(() => expect(readStat(left)?.session).toBe(left))
    const { ended, unreached } = await terminate(child, { grace, scope: 'group' })
    expect(ended.map(({ pid }) => pid).sort()).toEqual([orphan, shell].sort())
    expect(unreached).toEqual([])
    expect(isActive(left)).toBe(true)
    await terminate(left)
  })

  it('is found by any of its members', async () => {
    const { child, pids } = await plant('sleep 1000 & echo $!; wait', 1, { processGroup: true })
    const { ended } = await terminate(pids[0] as number, { grace, scope: 'group' })
    expect(ended.map(({ pid }) => pid).sort()).toEqual([child.pid, ...pids].sort())
  })

  it('includes what a dying member forks', async () => {
    const { child } = await plant(onTerm('sleep 1000 & exit'), 1, { processGroup: true })
    await terminate(child, { grace: LONG, scope: 'group' })
    expect(membersOf('processGroup', child.pid)).toEqual([])
  })

  it('is left by none of its members but the caller', async () => {
    const told = await programs.evaluate('endOwnGroup', [], { prefix: ['setsid', '--wait'] })
    expect(told).toEqual({ ended: ['terminated'], unreached: ['caller'] })
  })
})

describe('terminate', () => {
  it('says that it cannot look where there is no /proc', async () => {
    const prefix = ['unshare', '--fork', '--pid', '--kill-child']
    const [alone, ...others] = await programs.evaluate('endWithoutProc', [], { prefix })
    expect(alone).toMatchObject([{ how: 'terminated' }])
    expect(others).toEqual(['ERR_UNSUPPORTED', 'ERR_UNSUPPORTED'])
  })

  it('leaves no descriptor open', async () => {
    const descriptors = () => readdirSync('/proc/self/fd').length
    await terminate(sleeper()) // opens what stays
    const before = descriptors()
    for (const scope of SCOPES) {
      const script = scope === 'process' ? SLEEPER : nest(SLEEPER)
      const { child, pids } = await plant(script, 1, { processGroup: true })
      const abort = new AbortController()
      const ending = terminate(child, { grace, scope, signal: abort.signal, killSignal: 'SIGCHLD' })
      abort.abort('enough')
      await expect(ending).rejects.toBe('enough')
      expect(isActive(pids[0] as number)).toBe(true)
      await terminate(child, { grace, scope })
    }
    await eventually(() => expect(descriptors()).toBe(before))
  })
})
