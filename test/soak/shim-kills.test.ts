import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readStat } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { freePlace, serverAt } from '../lib/shim/servers.js'
import { exitOf, logOf, makeBundle, outputIn, type Shim, startShim } from '../lib/shim/shims.js'
import { patience } from '../pace.mjs'
import { full, sizes } from './sizes.js'

const { rounds } = sizes.shimKills
const LINES = 3000
const CODE = 7

const SCRIPT = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo line $i; done; exit ${CODE}`
const WANTED = Array.from({ length: LINES }, (_, i) => `line ${i + 1}\n`).join('')

/** A container behind a server of its own, and the file that its exit command makes. */
interface Life {
  shim: Shim
  server: string
  done: string
}

/** Starts a container, or a process in one. */
function begin(isExec: boolean): Life {
  const server = freePlace()
  const bundle = makeBundle(SCRIPT, server)
  const done = join(bundle, 'done')
  const options = ['--exit-command', '/bin/touch', '--exit-command-arg', done]
  return { shim: startShim({ server, exec: isExec, options }, bundle), server, done }
}

/** Waits until the manager has cleaned up. */
async function untilClean({ done }: Life): Promise<void> {
  await eventually(() => expect(existsSync(done)).toBe(true))
}

/** Whether the manager sees the end of its pipe without a message, and there is no container. */
async function hasNotBegun(shim: Shim): Promise<boolean> {
  await eventually(() => expect(shim.told() !== '' || shim.isOver()).toBe(true))
  if (shim.told() !== '') return false
  expect(existsSync(join(shim.bundle, 'pidfile'))).toBe(false)
  return true
}

/** The messages are whole, and none comes twice. */
function numbersIn(shim: Shim): number[] {
  expect(shim.told()).toMatch(/^([^\n]+\n)*$/)
  return shim.messages().map((message) => JSON.parse(message).data)
}

/** Expects all that the container has written, its exit code, and what the manager has to hear. */
async function expectWholeLife(shim: Shim, isExec: boolean): Promise<void> {
  expect(await exitOf(shim)).toBe(String(CODE))
  await shim.ended
  expect(outputIn(logOf(shim))).toBe(WANTED)
  expect(numbersIn(shim)).toEqual([shim.pid('pidfile'), ...(isExec ? [CODE] : [])])
}

/** Expects that nothing is left of a container, and that the manager has heard so. */
async function expectNothing(shim: Shim): Promise<void> {
  await shim.ended
  expect(numbersIn(shim)).toEqual([-1])
  expect(existsSync(join(shim.bundle, 'exits/c0ffee'))).toBe(false)
  // A runtime that was killed with its keeper may have made the file, and written nothing.
  const pid = existsSync(join(shim.bundle, 'pidfile')) ? Number(shim.read('pidfile')) : 0
  if (pid > 0) expect(isAlive(pid)).toBe(false)
}

function isAlive(pid: number): boolean {
  return (readStat(pid)?.state ?? 'Z') !== 'Z'
}

/** Milliseconds from the start of a container to its end. */
async function lifetime(): Promise<number> {
  const begun = performance.now()
  const life = begin(false)
  await exitOf(life.shim)
  await untilClean(life)
  return performance.now() - begun
}

type Kill = (find: () => number | undefined, share?: number) => Promise<void>

/** Kills a process in each round, at a random instant of a container's life, if there is one. */
async function forRounds(
  name: string,
  round: (kill: Kill, isExec: boolean) => Promise<void>,
): Promise<void> {
  let kills = 0
  const longest = await lifetime()
  const kill: Kill = async (find, share = 1) => {
    await delay(Math.random() * longest * share)
    const pid = find()
    if (pid === undefined || !isAlive(pid)) return
    process.kill(pid, 'SIGKILL')
    kills += 1
  }
  for (let i = 0; i < rounds; i += 1) await round(kill, i % 2 === 0)
  if (full) console.log('shim-kills', { name, rounds, kills, longest })
  if (full) expect(kills).toBeGreaterThan(rounds / 4)
}

const title = `A container loses nothing in ${rounds} random instants`

describe(title, { timeout: patience(900_000) }, () => {
  it('in which its server is killed', () =>
    forRounds('server', async (kill, isExec) => {
      const life = begin(isExec)
      const { shim, server } = life
      await kill(() => serverAt(server))
      // The manager's next container, by which another server comes.
      const other = startShim({ server, script: 'exit 0' })
      expect((await shim.foreground).code).toBe(0)
      expect(await exitOf(other)).toBe('0')
      if (await hasNotBegun(shim)) return
      await expectWholeLife(shim, isExec)
      await untilClean(life)
    }))

  it('in which its keeper is killed', () =>
    forRounds('keeper', async (kill, isExec) => {
      const { shim } = begin(isExec)
      await eventually(() => expect(keeperOf(shim)).toBeDefined())
      await kill(() => keeperOf(shim), 0.3) // the start of a server took the most of that time
      expect((await shim.foreground).code).toBe(0)
      await eventually(() => expect(shim.told()).toContain('\n'))
      if (numbersIn(shim)[0] === -1) await expectNothing(shim)
      else await expectWholeLife(shim, isExec)
    }))

  it('in which its front is killed', () =>
    forRounds('front', async (kill, isExec) => {
      const life = begin(isExec)
      const { shim, server } = life
      await kill(() => shim.program)
      await shim.foreground
      // It may have left a socket, at which it was about to start a server. The next front does.
      const other = startShim({ server, script: 'exit 0' })
      expect(await exitOf(other)).toBe('0')
      if (await hasNotBegun(shim)) return
      await eventually(() => expect(shim.told()).toContain('\n'))
      // The server may have found that the front has gone, and not have begun.
      if (numbersIn(shim)[0] === -1) return expectNothing(shim)
      await expectWholeLife(shim, isExec)
      await untilClean(life)
    }))
})

function keeperOf(shim: Shim): number | undefined {
  return existsSync(join(shim.bundle, 'conmon.pid')) ? shim.pid('conmon.pid') : undefined
}
