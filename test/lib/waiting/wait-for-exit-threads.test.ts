import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { descendants, spawn, waitForExit } from '../../../lib/index.js'
import { lacks } from '../../needs.js'
import { patience } from '../../pace.mjs'
import { programFile } from '../../program-file.js'
import { Dialogue } from '../dialogue.js'
import { Stranger } from '../stranger.js'
import type { Owner } from './wait-for-exit-threads.program.js'

const programs = await programFile<typeof import('./wait-for-exit-threads.program.js')>(
  './wait-for-exit-threads.program.ts',
  import.meta.url,
)

const ENOUGH = patience(10_000)
const leaderless = fileURLToPath(new URL('../../fixtures/leaderless.py', import.meta.url))

describe('a process whose first thread has ended', () => {
  it('lives, as our own child, until its last thread ends', async () => {
    const child = spawn('python3', [leaderless], {
      stdio: ['ignore', 'pipe', 'inherit', 'writable'],
    })
    const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data')
    expect(String(line)).toBe('leaderless\n')
    expect(descendants().find(({ pid }) => pid === child.pid)?.state).toBe('Z')
    await expect(waitForExit(child.pid, 0)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await expect(waitForExit(child.pid, 100)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    const waiting = waitForExit(child.pid, ENOUGH)
    child.stdio[3]?.destroy()
    expect(await waiting).toMatchObject({ code: 5 })
  })

  it("lives, as someone else's child, until its last thread ends", async () => {
    const script = 'exec 3<&0; python3 "$0" & echo $!; wait $!; exec sleep 1000'
    await using shell = new Dialogue(['sh', '-c', script, leaderless])
    const lines = [await shell.line(), await shell.line()]
    const pid = Number(lines.find((line) => line !== 'leaderless'))
    expect(lines).toContain('leaderless')
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ')
    await expect(waitForExit(pid, 0)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await expect(waitForExit(pid, 100)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    const waiting = waitForExit(pid, ENOUGH)
    shell.stdin.end()
    const status = await waiting
    expect(status.code).toBe(status.known ? 5 : null)
  })
})

describe.skipIf(lacks('strace'))('a process under a tracer', () => {
  /** strace, attached. */
  async function trace(pid: number) {
    const tracer = nodeSpawn('strace', ['-p', String(pid), '-o', '/dev/null'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const ended = once(tracer, 'exit')
    const lines = createInterface(tracer.stderr)[Symbol.asyncIterator]()
    expect((await lines.next()).value).toContain('attached')
    return { tracer, ended }
  }

  it('is waited for as our own child', async () => {
    const child = spawn('cat')
    const { ended } = await trace(child.pid)
    const waiting = waitForExit(child.pid, ENOUGH)
    child.kill('SIGTERM')
    expect(await waiting).toMatchObject({ signal: 'SIGTERM', known: true })
    await ended
  })

  it("is waited for as child_process's", async () => {
    const child = nodeSpawn('sh', ['-c', 'read x; exit 9'])
    const { ended } = await trace(child.pid as number)
    const waiting = waitForExit(child.pid as number, ENOUGH)
    child.stdin.end()
    expect(await waiting).toMatchObject({ code: 9 })
    await ended
  })

  it("is waited for as a stranger's", async () => {
    await using stranger = await Stranger.start()
    const { ended } = await trace(stranger.pid)
    const waiting = waitForExit(stranger.pid, ENOUGH)
    await stranger.exit(6)
    expect(await waiting).toMatchObject({ code: 6, known: true })
    await ended
  })

  it('is not taken for dead while the tracer holds it stopped', async () => {
    const child = spawn('cat')
    child.kill('SIGSTOP')
    await expect(waitForExit(child.pid, 50)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    child.kill('SIGKILL')
    expect(await waitForExit(child.pid, ENOUGH)).toMatchObject({ signal: 'SIGKILL' })
  })
})

describe("a worker's child, seen from the main thread", () => {
  it.each<Owner>(['child_process', 'sexton'])(
    'by %s keeps its owner, and both learn its code',
    async (owner) => {
      const { code, told } = await programs.evaluate('waitForWorkersChild', [owner])
      expect(told).toBe(8)
      expect([8, null]).toContain(code)
    },
  )
})
