import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { eventually } from '../eventually.js'
import { freePlace, serverAt } from '../lib/shim/servers.js'
import { exitOf, logOf, makeBundle, outputIn, type Shim, startShim } from '../lib/shim/shims.js'
import { patience } from '../pace.mjs'
import { full, sizes } from './sizes.js'

const { rounds } = sizes.shimKills
const LINES = 3000
// Milliseconds in which a container is made, and writes its lines.
const LIFE = 400

const SCRIPT = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo line $i; done; exit 7`
const WANTED = Array.from({ length: LINES }, (_, i) => `line ${i + 1}\n`).join('')

/** Kills the server at a random instant of a container's life. Whether there was one. */
async function killServer(socket: string): Promise<boolean> {
  await delay(Math.random() * LIFE)
  const pid = serverAt(socket)
  if (pid === undefined) return false
  process.kill(pid, 'SIGKILL')
  return true
}

/** Whether the manager sees the end of its pipe, and there is no container: the server was killed just before it. */
async function hasNotBegun(shim: Shim): Promise<boolean> {
  await eventually(() => expect(shim.told() !== '' || shim.isOver()).toBe(true))
  if (shim.told() !== '') return false
  expect(existsSync(join(shim.bundle, 'pidfile'))).toBe(false)
  return true
}

/** The messages are whole, and none comes twice. */
function expectWholeMessages(shim: Shim, isExec: boolean): void {
  expect(shim.told()).toMatch(/^([^\n]+\n)*$/)
  const numbers = shim.messages().map((message) => JSON.parse(message).data)
  const wanted = [shim.pid('pidfile'), ...(isExec ? [7] : [])]
  expect(numbers).toEqual(wanted)
}

describe(`A container whose server is killed at ${rounds} random instants`, () => {
  it('loses no line, no message and no exit code', { timeout: patience(600_000) }, async () => {
    let kills = 0
    for (let i = 0; i < rounds; i += 1) {
      const isExec = i % 2 === 0
      const server = freePlace()
      const bundle = makeBundle(SCRIPT)
      const options = ['--exit-command', '/bin/touch', '--exit-command-arg', join(bundle, 'done')]
      const shim = startShim({ server, exec: isExec, options }, bundle)
      if (await killServer(server)) kills += 1
      // The manager's next container, by which another server comes.
      const other = startShim({ server, script: 'exit 0' })
      expect((await shim.foreground).code).toBe(0)
      expect(await exitOf(other)).toBe('0')
      if (await hasNotBegun(shim)) continue
      expect(await exitOf(shim)).toBe('7')
      await eventually(() => expect(existsSync(join(bundle, 'done'))).toBe(true))
      await shim.ended
      expect(outputIn(logOf(shim))).toBe(WANTED)
      expectWholeMessages(shim, isExec)
    }
    if (full) console.log('shim-kills', { rounds, kills })
    if (full) expect(kills).toBeGreaterThan(rounds / 4)
  })
})
