import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Examination } from '../../lib/cli/doctor/examination.js'
import { descendants } from '../../lib/index.js'
import { eventually } from '../eventually.js'
import { lacks } from '../needs.js'
import { asNobody, asPid1, environment, evaluating, root, run } from '../program.js'

const sexton = `${root}dist/cli/sexton.js`

interface Report extends Examination {
  healthy: boolean
  findings: { level: string; message: string; advice?: string }[]
}

async function report(
  pid: number,
  prefix: readonly string[] = [],
): Promise<[Report, number | null]> {
  const command = [process.execPath, sexton, 'doctor', '--json', String(pid)]
  const { code, stdout, stderr } = await run(command, { prefix })
  expect(stderr).toBe('')
  return [JSON.parse(stdout) as Report, code]
}

/** Starts a patient that says when it is ready, and ends it when it has been looked at. */
async function withPatient(
  command: readonly string[],
  look: (pid: number) => Promise<void>,
): Promise<void> {
  const [file, ...args] = command
  const child = spawn(file as string, args, { cwd: root, env: environment })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await look(child.pid as number)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

/** The same for the PID 1 of a namespace of its own, by its pid here. */
function withInit(command: readonly string[], look: (pid: number) => Promise<void>): Promise<void> {
  return withPatient([...asPid1, ...command], (outer) =>
    look(Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8'))),
  )
}

const sleeper = ['sh', '-c', 'echo; exec sleep 1000']

/** Waits until a child of it has died and stays. */
const hasZombie = (pid: number) =>
  eventually(() => expect(descendants(pid).map(({ state }) => state)).toContain('Z'))

const zombieKeeper = `
import os, sys
if os.fork() == 0: os._exit(0)
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
print('ready', flush=True)
sys.stdin.read()`

describe('sexton doctor', () => {
  it('looks at itself, where nothing is said', async () => {
    const { code, stdout, stderr } = await run([process.execPath, sexton, 'doctor'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\d+ {2}.*node.* doctor\n/)
    expect(stdout).toMatch(/^fine {3}SIGCHLD is neither ignored nor blocked$/m)
    expect(stdout).toMatch(/back-end \w+ \(Linux /)
  })

  it('is, as PID 1, PID 1', async () => {
    const { stdout } = await run([process.execPath, sexton, 'doctor', '--json'], { prefix: asPid1 })
    expect(JSON.parse(stdout)).toMatchObject({ pid: 1, init: true, node: true, sexton: true })
  })

  it('finds nothing wrong with a program that does nothing', async () => {
    await withPatient(sleeper, async (pid) => {
      const [seen, code] = await report(pid)
      expect(code).toBe(0)
      expect(seen).toMatchObject({ healthy: true, node: false, sexton: false, zombies: [] })
    })
  })

  it('finds a zombie, says whose it is, and exits with 1', async () => {
    await withPatient(['python3', '-c', zombieKeeper], async (pid) => {
      const [seen, code] = await report(pid)
      expect(code).toBe(1)
      expect(seen).toMatchObject({ healthy: false, init: false })
      expect(seen.zombies).toMatchObject([{ name: 'python3', whose: 'main' }])
      const { stdout } = await run([process.execPath, sexton, 'doctor', String(pid)])
      expect(stdout).toMatch(/^WRONG {2}1 zombie started by it/m)
      expect(stdout).toMatch(/no init can reap them while it lives/)
    })
  })

  it('finds the orphans that Node as PID 1 keeps, and what would help', async () => {
    const source = `
      const { spawn } = require('child_process')
      const shell = spawn('sh', ['-c', 'cat <&3 & exit'],
        { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
      shell.on('exit', () => { shell.stdio[3].destroy(); console.log('ready') })
      setInterval(() => {}, 1000)`
    await withInit([process.execPath, '--eval', source], async (pid) => {
      await hasZombie(pid)
      const [seen, code] = await report(pid)
      expect(code).toBe(1)
      expect(seen).toMatchObject({ init: true, node: true, sexton: false, sigterm: 'handled' })
      expect(seen.zombies).toMatchObject([{ whose: 'adopted' }])
      expect(seen.findings[0]?.advice).toBe('start it with: node --import sexton/init')
    })
  })

  it('tells the children of a live worker from those of the main thread', async () => {
    const source = `
      import { Worker } from 'node:worker_threads'
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(\`
        import { spawn } from 'node:child_process'
        import { parentPort } from 'node:worker_threads'
        spawn('true')
        parentPort.postMessage(0)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)\`)))
      worker.on('message', () => console.log('ready'))`
    await withPatient([process.execPath, ...evaluating(source)], async (pid) => {
      await hasZombie(pid)
      const [seen] = await report(pid)
      expect(seen.zombies).toMatchObject([{ name: 'true', whose: 'worker' }])
    })
  })

  it.each([
    ['ignored', 'signal.signal(signal.SIGCHLD, signal.SIG_IGN)', 1],
    ['blocked', 'signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])', 0],
  ])('finds that SIGCHLD is %s', async (what, statement, exitCode) => {
    const source = `import signal, sys; ${statement}; print(flush=True); sys.stdin.read()`
    await withPatient(['python3', '-c', source], async (pid) => {
      const [seen, code] = await report(pid)
      expect([seen.sigchld, code]).toEqual([what, exitCode])
    })
  })

  it.each([
    ['to another user', 'print(flush=True); sys.stdin.read()', asNobody],
    [
      'beside a wait for it',
      'CHLD = [signal.SIGCHLD]; signal.pthread_sigmask(signal.SIG_BLOCK, CHLD); print(flush=True); signal.sigwait(CHLD)',
      [],
    ],
  ])('finds that SIGCHLD is ignored, %s', async (_, rest, prefix) => {
    const source = `import signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); ${rest}`
    await withPatient(['python3', '-c', source], async (pid) => {
      const [seen, code] = await report(pid, prefix)
      expect([seen.sigchld, code]).toEqual(['ignored', 1])
    })
  })

  it('finds that nothing but KILL ends a PID 1 without handlers', async () => {
    await withInit(sleeper, async (pid) => {
      const [seen, code] = await report(pid)
      expect([seen.init, seen.sigterm, code]).toEqual([true, 'default', 1])
    })
  })

  it.skipIf(lacks('strace'))('finds that it is stopped, or traced', async () => {
    await withPatient(sleeper, async (pid) => {
      const has = (file: string, text: string) =>
        eventually(() => expect(readFileSync(`/proc/${pid}/${file}`, 'utf8')).toContain(text))
      process.kill(pid, 'SIGSTOP')
      await has('stat', ') T ')
      expect((await report(pid))[0]).toMatchObject({ state: 'T', healthy: false })
      const tracer = spawn('strace', ['-qq', '-o', '/dev/null', '-p', String(pid)])
      const ended = new Promise((resolve) => tracer.on('exit', resolve))
      await has('status', `TracerPid:\t${tracer.pid}`)
      expect((await report(pid))[0]).toMatchObject({ tracer: tracer.pid })
      tracer.kill('SIGKILL')
      await ended
    })
  })

  it("sees less of another user's, and says so", async () => {
    await withPatient(sleeper, async (pid) => {
      const [seen] = await report(pid, asNobody)
      expect(seen).toMatchObject({ sexton: null, subreaper: null, zombies: [] })
    })
  })

  it('knows a subreaper by the orphan that it has adopted', async () => {
    const source = `
      const { subreaper } = await import('sexton')
      const { spawn } = await import('node:child_process')
      subreaper.enable()
      const child = spawn('setsid', ['sh', '-c', 'sleep 1000 & exit'], { stdio: 'ignore' })
      child.on('exit', () => console.log('ready'))
      setInterval(() => {}, 1000)`
    await withPatient([process.execPath, ...evaluating(source)], async (pid) => {
      const [seen] = await report(pid)
      for (const { pid: orphan } of descendants(pid)) process.kill(orphan, 'SIGKILL')
      expect(seen).toMatchObject({ subreaper: true, sexton: true })
    })
  })

  it.each([
    [['4194304'], 1, 'sexton: doctor: no process 4194304\n'],
    [
      ['0'],
      2,
      "sexton: invalid PID '0': expected a process id, for example 1\nTry 'sexton doctor --help'.\n",
    ],
    [
      ['x'],
      2,
      "sexton: invalid PID 'x': expected a process id, for example 1\nTry 'sexton doctor --help'.\n",
    ],
    [
      ['1', '2'],
      2,
      "sexton: invalid PID '1 2': expected at most one\nTry 'sexton doctor --help'.\n",
    ],
    [
      ['--jsno'],
      2,
      "sexton: unknown option '--jsno'; did you mean '--json'?\nTry 'sexton doctor --help'.\n",
    ],
    [
      ['--json=yes'],
      2,
      "sexton: option --json takes no value, but got 'yes'\nTry 'sexton doctor --help'.\n",
    ],
    [['--toString'], 2, "sexton: unknown option '--toString'\nTry 'sexton doctor --help'.\n"],
  ])('refuses %j with a reason', async (words, code, stderr) => {
    const command = [process.execPath, sexton, 'doctor', ...words]
    expect(await run(command)).toEqual({ code, signal: null, stdout: '', stderr })
  })

  it('has help and a version', async () => {
    const help = await run([process.execPath, sexton, 'doctor', '--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/^Usage: sexton doctor/)
    const { stdout } = await run([process.execPath, sexton, 'doctor', '-V'])
    expect(stdout).toMatch(/^sexton \d+\.\d+\.\d+\n$/)
  })
})
