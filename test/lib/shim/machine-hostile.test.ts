import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readStat } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { sized } from '../../pace.mjs'
import { TestClient } from './attach-clients.js'
import { exitOf, logOf, outputIn, type Shim, startShim } from './shims.js'

/** The most memory that a process has had, in MB. */
function peakOf(pid: number): number {
  return (
    Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
  )
}

const readIfThere = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')

function lives(pid: number): boolean {
  const state = readStat(pid)?.state
  return state !== undefined && state !== 'Z'
}

describe('A container that', () => {
  it('floods both streams without an end of line costs no memory', async () => {
    const bytes = sized(300, 50) * 1_000_000
    const flood = `head -c ${bytes} /dev/zero`
    const script = `${flood} & ${flood} >&2 & wait; echo done; exec sleep 1000`
    const shim = startShim({ script, options: ['--log-size-max', '1000000'] })
    await shim.message(0)
    await eventually(() => expect(logOf(shim)).toContain('done'), 60_000)
    expect(peakOf(shim.pid('conmon.pid'))).toBeLessThan(150)
    process.kill(shim.pid('pidfile'), 'SIGKILL')
    expect(await exitOf(shim)).toBe('137')
  })

  it('writes any bytes has them in its log', async () => {
    const script = `awk 'BEGIN { for (i = 1; i < 256; i += 1) printf "%c", i }' | tee copy; printf '\\0\\n'`
    const shim = startShim({ script, env: { LC_ALL: 'C' } })
    expect(await exitOf(shim)).toBe('0')
    const log = readFileSync(join(shim.bundle, 'ctr.log'), 'latin1').replace(
      /^\S+ (?=stdout)/gm,
      '',
    )
    const bytes = Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1)).join('')
    expect(outputIn(log)).toBe(`${bytes}\0\n`)
  })

  it('closes its ends, while a client floods it, ends as it likes', async () => {
    const shim = startShim({
      script: 'exec <&- >&- 2>&-; sleep 0.5; exit 5',
      options: ['-i'],
    })
    await shim.message(0)
    const client = new TestClient(shim.bundle)
    const flood = client.write(Buffer.alloc(sized(3_000_000, 500_000)))
    flood.catch(() => {}) // the shim leaves before it has taken all
    expect(await exitOf(shim)).toBe('5')
    client.close()
    await flood.catch(() => {})
  })

  it('writes one byte at a time, without an end of line, is logged whole', async () => {
    const count = sized(3000, 500)
    const script = `i=0; while [ $i -lt ${count} ]; do printf x; i=$((i + 1)); done`
    const shim = startShim({ script })
    expect(await exitOf(shim)).toBe('0')
    expect(outputIn(logOf(shim))).toBe('x'.repeat(count))
  })

  it('sends nonsense through its FIFOs is let be', async () => {
    const script = 'head -c 300000 /dev/urandom >ctl; head -c 300000 /dev/urandom >winsz; exit 6'
    expect(await exitOf(startShim({ script }))).toBe('6')
  })

  it('forks all the time leaves its own code', async () => {
    const script = 'i=0; while [ $i -lt 300 ]; do (true &) ; i=$((i + 1)); done; kill -TERM $$'
    expect(await exitOf(startShim({ script }))).toBe('143')
  })
})

describe('A signal at any instant', () => {
  it('ends the shim without a container, or reaches the container', async () => {
    const outcomes = { early: 0, creating: 0, running: 0 }
    for (let i = 0; i < sized(60, 15); i += 1) {
      const shim = startShim({ script: 'exec sleep 1000' })
      await shim.foreground
      await delay(Math.random() * 250)
      process.kill(shim.pid('conmon.pid'), 'SIGTERM')
      outcomes[await endOf(shim)] += 1
    }
    expect(outcomes.creating + outcomes.running).toBeGreaterThan(0)
  })
})

/** How far the container had come. None is left, and its end was told. */
async function endOf(shim: Shim): Promise<'early' | 'creating' | 'running'> {
  await shim.ended
  const [message] = shim.messages()
  // The runtime may have been killed before it had written the file.
  if (readIfThere(join(shim.bundle, 'pidfile')) !== '')
    await eventually(() => expect(lives(shim.pid('pidfile'))).toBe(false))
  if (message === undefined) return 'early' // it was ended by the signal before it had started the runtime
  const text = 'the runtime was ended by SIGTERM'
  const { data } = JSON.parse(message) as { data: number }
  if (data < 0) expect(JSON.parse(message)).toEqual({ data: -1, message: text })
  else expect(await exitOf(shim)).toBe('143')
  return data < 0 ? 'creating' : 'running'
}
