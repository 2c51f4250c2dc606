import { spawn as spawnChild } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { spawn, waitForExit } from '../../lib/index.js'
import { patience } from '../pace.mjs'
import { evaluate, run } from '../program.js'

describe('waitForExit', () => {
  it('never takes a living process for dead when there is no descriptor left', async () => {
    const result = await evaluate(
      `import { spawn } from 'node:child_process'
      import { closeSync, openSync } from 'node:fs'
      import { backend, waitForExit } from 'sexton'
      backend()
      const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] })
      const [line] = await new Promise((resolve) => parent.stdout.once('data', (data) => resolve([data])))
      const pid = Number(line)
      const wait = waitForExit(pid, { backend: 'poll', timeout: 1_000 }).catch((error) => error.code)
      const held = []
      try { for (;;) held.push(openSync('/dev/null')) } catch {}
      const outcome = await wait
      held.forEach(closeSync)
      process.kill(pid, 'SIGKILL')
      parent.kill('SIGKILL')
      console.log(JSON.stringify(outcome))`,
      { prefix: ['prlimit', '--nofile=200:200'] },
    )
    expect(result).toBe('ERR_TIMEOUT')
  })

  it('keeps nothing of the waits that were given up', async () => {
    const grown = await evaluate<number>(
      `import { spawn, waitForExit } from 'sexton'
      const child = spawn('sleep', ['60'], { stdio: 'ignore' })
      const round = async (count) => {
        for (let i = 0; i < count; i++) await waitForExit(child.pid, 0).catch(() => {})
        globalThis.gc()
        return process.memoryUsage().heapUsed
      }
      const before = await round(1_000)
      const after = await round(10_000)
      child.kill('SIGKILL')
      await child.exited
      console.log(JSON.stringify(after - before))`,
      { prefix: ['env', 'NODE_OPTIONS=--expose-gc'] },
    )
    expect(grown).toBeLessThan(1_000_000)
  })

  it('times out although a debugger holds the dead process', async () => {
    const orphan = 'sleep 60 >/dev/null 2>&1 & echo $!'
    const outcome = await evaluate(`
      import { spawn } from 'node:child_process'
      import { readFileSync } from 'node:fs'
      import { subreaper, spawn as start, waitForExit } from 'sexton'
      subreaper.enable()
      const shell = start('sh', ['-c', ${JSON.stringify(orphan)}])
      let line = ''
      for await (const data of shell.stdout) line += data
      await shell.exited
      const pid = Number(line)
      const script = 'import ctypes,sys,time\\n' +
        'libc = ctypes.CDLL(None)\\n' +
        'libc.ptrace(0x4206, ' + pid + ', 0, 0)\\n' + // PTRACE_SEIZE
        'print("holds", flush=True)\\ntime.sleep(60)'
      const tracer = spawn('python3', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
      await new Promise((resolve) => tracer.stdout.once('data', resolve))
      process.kill(pid, 'SIGKILL')
      while (!/\\) Z/.test(readFileSync('/proc/' + pid + '/stat', 'utf8')));
      const held = await waitForExit(pid, 500).catch((error) => error.code)
      const exited = waitForExit(pid, ${patience(10_000)})
      tracer.kill('SIGKILL')
      console.log(JSON.stringify({ held, signal: (await exited).signal }))`)
    expect(outcome).toEqual({ held: 'ERR_TIMEOUT', signal: 'SIGKILL' })
  })

  it('leaves the loop free while children beget children', async () => {
    const result = await evaluate<{ ticks: number }>(`
      import { spawn } from 'sexton'
      let ticks = 0
      const timer = setInterval(() => { ticks += 1 }, 10)
      const lane = async () => {
        for (let i = 0; i < 60; i++) await spawn('sh', ['-c', '(exit 2) & exit 0'], { stdio: 'ignore' }).exited
      }
      await Promise.all(Array.from({ length: 12 }, lane))
      clearInterval(timer)
      console.log(JSON.stringify({ ticks }))`)
    expect(result.ticks).toBeGreaterThan(5)
  })
})

describe('a child_process child whose spawn fails', () => {
  it('is not kept in memory', async () => {
    const grown = await evaluate<number>(
      `import { spawn } from 'node:child_process'
      import 'sexton'
      const round = async (count) => {
        for (let i = 0; i < count; i++) {
          try { spawn('true', [], { cwd: '/etc/passwd' }).on('error', () => {}) } catch {}
          if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
        await new Promise((resolve) => setTimeout(resolve, 50))
        globalThis.gc()
        return process.memoryUsage().heapUsed
      }
      const before = await round(200)
      console.log(JSON.stringify((await round(1_000)) - before))`,
      { prefix: ['env', 'NODE_OPTIONS=--expose-gc'] },
    )
    expect(grown).toBeLessThan(500_000)
  })
})

describe('a pid that comes back', () => {
  it('as a child of child_process is the new one', async () => {
    const first = spawnChild('true')
    await once(first, 'exit')
    await expect(waitForExit(first.pid ?? 0)).rejects.toMatchObject({ code: 'ERR_NO_SUCH_PROCESS' })
    expect((await waitForExit(spawn('sh', ['-c', 'exit 3']).pid)).code).toBe(3)
  })
})

describe('pid1', () => {
  it('keeps its command line under a process title', async () => {
    const { pid1 } = await import('../program.js')
    const outcome = await run([pid1, '-s', '--', 'echo', 'hi'], {
      env: { NODE_OPTIONS: '--title=another' },
    })
    expect(outcome).toMatchObject({ code: 0, stdout: 'hi\n', stderr: '' })
  })
})
