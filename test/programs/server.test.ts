import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { descendants } from '../../lib/index.js'
import { eventually } from '../eventually.js'
import { asPid1, run } from '../program.js'
import { innerPid, start, under } from './running.js'

const server = fileURLToPath(new URL('fixtures/server.mjs', import.meta.url))
const PROBES = 25

/** What a container engine does for a HEALTHCHECK: its shell comes from outside, its orphans stay. */
async function probe(pid: number, port: string) {
  const script = `(sleep 0.02; exit 4) & (exit 5) & exit 6`
  const enter = ['nsenter', '--target', String(pid), '--pid', '--mount', 'sh', '-c', script]
  const [{ code }, response] = await Promise.all([run(enter), fetch(`http://127.0.0.1:${port}`)])
  return { code, body: await response.text() }
}

describe('A Node server under pid1 as PID 1', () => {
  it('survives probes by shells that leave orphans, without a zombie', async () => {
    const running = start([...asPid1, ...under('--', process.execPath, server)])
    await running.printed(/port \d+\n/)
    const pid = await innerPid(running)
    const port = /port (\d+)/.exec(running.stdout())?.[1] as string
    for (let i = 0; i < PROBES; i += 1) {
      // The shell's own code, not an orphan's.
      expect(await probe(pid, port)).toEqual({ code: 6, body: '3' })
    }
    await eventually(() => {
      expect(descendants(pid)).toMatchObject([{ ppid: pid }])
    })
    process.kill(pid, 'SIGTERM')
    expect(await running.ended).toMatchObject({ code: 23, stderr: '' })
  })
})
