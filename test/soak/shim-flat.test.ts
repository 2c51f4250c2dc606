import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readStat } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { TestClient } from '../lib/shim/attach-clients.js'
import { exitOf, front, logOf, makeBundle, type Shim, startShim } from '../lib/shim/shims.js'
import { temporaryFolder } from '../lib/system/folder.js'
import { start } from '../programs/running.js'
import { full, sizes } from './sizes.js'

const { clients, containers } = sizes.shims
// Megabytes by which V8's heap may grow between two collections.
const LEEWAY = 12

function openIn(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Megabytes of memory that are the process's own. */
function memoryOf(pid: number): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}

/** A client comes, is echoed a line and goes, while the terminal is resized and the log is opened anew. */
async function visit(shim: Shim, number: number): Promise<void> {
  const client = new TestClient(shim.bundle)
  await client.write(Buffer.from(`visitor ${number}\n`))
  writeFileSync(join(shim.bundle, 'ctl'), `1 ${number % 100} 80\n2 0 0\n`)
  await client.firstMessage()
  client.close()
}

describe('A shim', () => {
  it(`keeps its descriptors and its memory through ${clients} clients`, async () => {
    const options = ['-i', '--leave-stdin-open']
    const shim = startShim({ script: 'echo ready; exec cat', options })
    await shim.message(0)
    await eventually(() => expect(logOf(shim)).toContain('ready'))
    const pid = shim.pid('conmon.pid')
    const before = openIn(pid)
    for (let i = 0; i < clients; i += 1) await visit(shim, i)
    const half = memoryOf(pid)
    for (let i = 0; i < clients; i += 1) await visit(shim, i)
    await eventually(() => expect(openIn(pid)).toBeLessThanOrEqual(before))
    const end = memoryOf(pid)
    if (full) console.log('shim-flat', { clients, descriptors: before, half, end })
    expect(end).toBeLessThan(half + LEEWAY)
    process.kill(shim.pid('pidfile'), 'SIGKILL')
    expect(await exitOf(shim)).toBe('137')
  })
})

describe(`${containers} containers`, () => {
  it('leave their files, and neither a process nor anything else', async () => {
    const temporary = temporaryFolder()
    const wanted = ['conmon.pid', 'container.sh', 'ctl', 'ctr.log', 'exits', 'pidfile']
    for (let i = 0; i < containers; i += 1) {
      const bundle = makeBundle('exit 3')
      const options = i % 2 === 0 ? ['-t'] : ['-i']
      const shim = startShim({ options, env: { TMPDIR: temporary } }, bundle)
      expect(await exitOf(shim)).toBe('3')
      await shim.foreground
      const pid = shim.pid('conmon.pid')
      await eventually(() => expect([undefined, 'Z']).toContain(readStat(pid)?.state))
      expect(readdirSync(bundle).sort()).toEqual([...wanted, 'runtime', 'winsz', 'words'])
    }
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe(`A server of ${containers} containers, one after the other,`, () => {
  it('keeps its descriptors and its memory', async () => {
    const server = join(temporaryFolder(), 'socket')
    const { pid, ended } = start([front, 'serve', server])
    await eventually(() => expect(existsSync(`${server}.held`)).toBe(true))
    const live = async (i: number) => {
      const kinds = [['-t'], ['-i'], ['--exit-command', '/bin/true']]
      const shim = startShim({ server, script: 'echo out; exit 3', options: kinds[i % 3] ?? [] })
      expect(await exitOf(shim)).toBe('3')
      await shim.foreground
      rmSync(shim.bundle, { recursive: true })
    }
    const half = async () => {
      for (let i = 0; i < containers / 2; i += 1) await live(i)
      await eventually(() => expect(readdirSync(`${server}.held`)).toEqual([]))
      return { open: openIn(pid), memory: memoryOf(pid) }
    }
    const [first, second] = [await half(), await half()]
    if (full) console.log('shim-flat, server', { containers, first, second })
    expect(second.open).toBeLessThanOrEqual(first.open)
    expect(second.memory).toBeLessThan(first.memory + LEEWAY)
    process.kill(pid, 'SIGTERM')
    await ended
  })
})
