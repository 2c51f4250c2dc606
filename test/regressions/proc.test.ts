import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { asNobody, asPid1, evaluate, run } from '../program.js'

const inNewNamespace = ['unshare', '--fork', '--pid', '--mount', '--kill-child', 'sh', '-c']

/** The /proc of another PID namespace; of none at all; one that hides the processes of other users. */
const FOREIGN = [...inNewNamespace, 'exec "$@"', 'sh']
const MISSING = [...inNewNamespace, 'mount -t tmpfs none /proc && exec "$@"', 'sh']
const HIDING = [
  ...inNewNamespace,
  'mount -t proc -o hidepid=2 none /proc && { sleep 1000 >/dev/null 2>&1 & HIDDEN=$! exec "$@"; }',
  ...['sh', ...asNobody],
]

// `told` gives a call's outcome, `family` starts a shell with so many children, which it reaps.
const HELPERS = `
  import fs from 'node:fs'
  import { once } from 'node:events'
  import { syncBuiltinESMExports } from 'node:module'
  import { createInterface } from 'node:readline'
  import { descendants, openProcess, spawn, waitForExit } from 'sexton'
  const told = (act) => {
    try { return act() } catch ({ code, errno, pid, message }) { return { code, errno, pid, message } }
  }
  const opened = (pid, options) => told(() => {
    const handle = openProcess(pid, options)
    handle[Symbol.dispose]()
    return handle.startTime ?? 'unknown'
  })
  const family = async (count) => {
    const script = 'i=0; while [ $i -lt ' + count + ' ]; do sleep 1000 & echo $!; i=$((i+1)); done; while :; do wait; done'
    const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pids = []
    for await (const line of createInterface(shell.stdout)) if (pids.push(Number(line)) === count) break
    return { shell, pids }
  }
`

interface Told {
  code: string
  errno?: number
  pid?: number
}

describe('without a free descriptor', () => {
  it('neither a living process has ended, nor has a parent no children', async () => {
    const outcomes = await evaluate<(Told | number)[][]>(
      `${HELPERS}
      const { shell, pids: [pid] } = await family(45)
      const list = descendants()
      const startTimeOf = (wanted) => list.find((one) => one.pid === wanted).startTime
      const own = { startTime: startTimeOf(shell.pid) }
      const other = { startTime: startTimeOf(pid) }
      opened(pid)
      const held = []
      try { for (;;) held.push(fs.openSync('/dev/null')) } catch {}
      const outcomes = []
      for (let free = 0; free < 4; free += 1) {
        outcomes.push([
          opened(shell.pid, own) === own.startTime || opened(shell.pid, own),
          opened(pid, other) === other.startTime || opened(pid, other),
          opened(pid) === other.startTime || opened(pid),
          told(() => descendants().length),
        ])
        fs.closeSync(held.pop())
      }
      for (const fd of held) fs.closeSync(fd)
      for (const { pid } of list) process.kill(pid, 'SIGKILL')
      await shell.exited
      console.log(JSON.stringify(outcomes))`,
      { prefix: ['prlimit', '--nofile=200:200'] },
    )
    const none = { code: 'ERR_SYSTEM', errno: 24 }
    expect(outcomes[0]).toMatchObject([none, none, none, none])
    for (const [own, ...others] of outcomes.slice(1)) {
      expect(own).toBe(true)
      for (const other of others) {
        if (typeof other === 'object') expect(other).toMatchObject(none)
        else expect([true, 46]).toContain(other)
      }
    }
    expect(outcomes[3]).toEqual([true, true, true, 46])
  })
})

describe('a process that hidepid hides', () => {
  it('is neither gone nor checked, and the others are listed', async () => {
    const seen = await evaluate<Record<string, unknown>>(
      `${HELPERS}
      const hidden = Number(process.env.HIDDEN)
      const kids = Array.from({ length: 45 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }))
      const [{ pid, startTime }] = descendants()
      const seen = {
        hidden,
        listed: descendants().map(({ pid }) => pid).sort().join() === kids.map(({ pid }) => pid).sort().join(),
        below: told(() => descendants(hidden)),
        checked: opened(hidden, { startTime: 1 }),
        unchecked: opened(hidden),
        gone: opened(4194304, { startTime: 1 }).code,
        own: opened(pid, { startTime }) === startTime,
        timedOut: (await waitForExit(hidden, 300).catch((error) => error)).code,
      }
      for (const kid of kids) kid.kill('SIGKILL')
      await Promise.all(kids.map(({ exited }) => exited))
      console.log(JSON.stringify(seen))`,
      { prefix: HIDING },
    )
    const { hidden } = seen
    expect(seen).toMatchObject({
      listed: true,
      below: { code: 'ERR_UNSUPPORTED', pid: hidden },
      checked: { code: 'ERR_UNSUPPORTED', pid: hidden },
      unchecked: 'unknown',
      gone: 'ERR_NO_SUCH_PROCESS',
      own: true,
      timedOut: 'ERR_TIMEOUT',
    })
  })
})

describe.each([
  ['no /proc', MISSING, '/proc is not mounted'],
  ['the /proc of another PID namespace', FOREIGN, '/proc shows another PID namespace'],
])('with %s', (_, prefix, why) => {
  it('no figure is told, and ends are still seen', async () => {
    const seen = await evaluate<Record<string, unknown>>(
      `${HELPERS}
      const { describeSender } = await import('./dist/signals/origin.js')
      const { shell, pids } = await family(45)
      const seen = {
        tree: told(() => descendants()),
        checked: opened(pids[0], { startTime: 1 }),
        unchecked: opened(pids[0]),
        own: opened(shell.pid),
        sender: describeSender({ pid: 2, uid: 0, code: 'SI_USER' }),
      }
      const waits = pids.map((pid) => waitForExit(pid, 20_000))
      const handles = pids.map((pid) => openProcess(pid))
      for (const handle of handles) handle.kill('SIGKILL')
      seen.ended = (await Promise.all(waits)).length
      for (const handle of handles) handle[Symbol.dispose]()
      shell.kill('SIGKILL')
      await shell.exited
      console.log(JSON.stringify(seen))`,
      { prefix },
    )
    const message = expect.stringContaining(why)
    expect(seen).toMatchObject({
      tree: { code: 'ERR_UNSUPPORTED', message },
      checked: { code: 'ERR_UNSUPPORTED', message },
      unchecked: 'unknown',
      own: 'unknown',
      sender: 'pid 2 (uid 0)',
      ended: 45,
    })
  })

  it.each(['tree', 'doctor'])('sexton %s says so', async (command) => {
    const outcome = await run([process.execPath, 'dist/cli/sexton.js', command], { prefix })
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toContain(`sexton: ${command}: ${why}`)
  })
})

it('a /proc of another PID namespace is not taken for ours where the pids are equal', async () => {
  // The next number in the old namespace becomes the next one in the new namespace.
  const script = `
import os, sys
ours, theirs = os.pipe()
outer = int(os.readlink('/proc/self'))
for _ in range(1000):
    with open('/proc/sys/kernel/ns_last_pid', 'w') as last:
        last.write(str(outer))
    pid = os.fork()
    if pid == 0:
        seen = os.readlink('/proc/self')
        os.write(theirs, seen.ljust(8).encode())
        if seen != str(os.getpid()): os._exit(99)
        os.execvp(sys.argv[1], sys.argv[1:])
    outer = int(os.read(ours, 8))
    status = os.waitpid(pid, 0)[1]
    if status != 99 << 8: os._exit(os.waitstatus_to_exitcode(status))
os._exit(98)`
  const seen = await evaluate<{ equal: boolean; tree: Told }>(
    `${HELPERS}
    const equal = fs.readlinkSync('/proc/self') === String(process.pid)
    console.log(JSON.stringify({ equal, tree: told(() => descendants()) }))`,
    { prefix: [...FOREIGN, 'python3', '-c', script] },
  )
  expect(seen).toMatchObject({ equal: true, tree: { code: 'ERR_UNSUPPORTED' } })
})

describe('a pid that is reused while the tree is read', () => {
  // The file system is held up once, at the path `at`, in which PID stands for the child's pid.
  const inPause = (at: string, then: string) => `
    ${HELPERS}
    const [directory, thiefPid] = [process.env.FILES, Number(process.env.THIEF)]
    const start = async (...args) => {
      const child = spawn('python3', ['test/fixtures/pid-thief.py', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
      const [line] = await once(createInterface(child.stdout), 'line')
      return { child, line }
    }
    const { child: holder, line } = await start('holder', directory + '/released')
    const pid = Number(line)
    fs.writeFileSync(directory + '/pid', line)
    const until = (file) => { for (const end = Date.now() + 20_000; !fs.existsSync(file) && Date.now() < end; ); }
    let paused = false
    const pause = (path) => {
      if (paused || path !== '${at}'.replaceAll('PID', pid)) return
      paused = true
      process.kill(holder.pid, 'SIGUSR1')
      until(directory + '/released')
      process.kill(thiefPid, 'SIGUSR1')
      until(directory + '/stolen')
    }
    for (const name of ['readFileSync', 'readdirSync', 'readlinkSync']) {
      const real = fs[name]
      fs[name] = (path, ...rest) => (pause(path), real(path, ...rest))
    }
    syncBuiltinESMExports()
    ${then}`

  /**
   * Runs a program beside a thief, no descendant of it, that takes the pid after so many clock ticks. Gives the
   * states of the two processes with stolen pids as well.
   */
  async function besideThief(ticks: number, source: string, flags: readonly string[] = []) {
    const files = mkdtempSync(join(tmpdir(), 'sexton-thief-'))
    onTestFinished(() => rmSync(files, { recursive: true }))
    const script = `python3 test/fixtures/pid-thief.py thief $FILES/pid ${ticks} $FILES/stolen >$FILES/thief &
      THIEF=$!
      until [ -s $FILES/thief ]; do sleep 0.1; done
      THIEF=$THIEF "$@" >$FILES/output; code=$?
      for pid in $(cat $FILES/stolen); do sed 's/.*) //; s/ .*//' /proc/$pid/stat; done
      kill -9 $THIEF; exit $code`
    const program = [process.execPath, ...flags, '--input-type=module', '-e', source]
    const env = { FILES: files }
    const { code, stdout, stderr } = await run([...asPid1, 'sh', '-c', script, 'sh', ...program], {
      env,
    })
    const output = readFileSync(join(files, 'output'), 'utf8')
    return { code, stderr, output, states: stdout.split('\n').filter(Boolean) }
  }

  const places: [string, string][] = [
    ["before the child's stat is read", '/proc/PID/stat'],
    ["before the child's threads are read", '/proc/PID/task'],
    ["before the child's children are read", '/proc/PID/task/PID/children'],
  ]

  it.each(places)('%s, brings no stranger into the list', async (_, at) => {
    const then = `
      const list = descendants()
      const strangers = list.filter(({ ppid }) => ppid !== process.pid && ppid !== holder.pid)
      holder.kill('SIGKILL')
      await holder.exited
      console.log(JSON.stringify({ paused, strangers }))`
    const { code, stderr, output, states } = await besideThief(0, inPause(at, then))
    expect({ code, stderr, states }).toEqual({ code: 0, stderr: '', states: ['S', 'S'] })
    expect(JSON.parse(output)).toEqual({ paused: true, strangers: [] })
  })

  // Within one tick of the clock the stranger would have the start time of the child.
  it.each(places)('%s, has no stranger signalled', async (_, at) => {
    const then = `
      const { Survivors } = await import('./dist/exit/survivors.js')
      const survivors = new Survivors()
      for (const survivor of survivors.look()) survivors.send(survivor, [9], 'killed')
      await holder.exited
      console.log(JSON.stringify(paused))`
    const { code, output, states } = await besideThief(2, inPause(at, then))
    expect({ code, output, states }).toEqual({ code: 0, output: 'true\n', states: ['S', 'S'] })
  })

  it.each(places)('%s, has no stranger ended or named at exit', async (_, at) => {
    const then = `
      const { subscribe } = await import('node:diagnostics_channel')
      const named = []
      subscribe('sexton:left', ({ pid }) => named.push(pid))
      process.on('exit', () => {
        const [child, other] = fs.readFileSync(directory + '/stolen', 'utf8').split(' ').map(Number)
        const listed = ${at === places[0]?.[1] ? '[holder.pid]' : '[holder.pid, child]'}
        console.log(JSON.stringify([named, listed]))
      })
      process.exit(7)`
    const { code, output, states } = await besideThief(2, inPause(at, then), [
      '--import',
      'sexton/init',
    ])
    expect({ code, states }).toEqual({ code: 7, states: ['S', 'S'] })
    const [named, listed] = JSON.parse(output)
    expect(named).toEqual(listed)
  })
})

describe('a process that is adopted while the tree is read', () => {
  // Three generations below this process; the eldest is ended just before the stat of one of them is read.
  const adoptedAt = (generation: number) => `
    ${HELPERS}
    const { subreaper } = await import('sexton')
    subreaper.enable()
    const script = 'echo $$; ' + "sh -c 'echo \\$\\$; sleep 1000 & echo \\$!; wait'; true"
    const eldest = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pids = []
    for await (const line of createInterface(eldest.stdout)) if (pids.push(Number(line)) === 3) break
    const real = fs.readFileSync
    const parentOf = (pid) => Number(real('/proc/' + pid + '/stat', 'utf8').split(') ')[1].split(' ')[1])
    let paused = false
    fs.readFileSync = (path, ...rest) => {
      if (!paused && path === '/proc/' + pids[${generation}] + '/stat') {
        paused = true
        process.kill(pids[0], 'SIGKILL')
        for (const end = Date.now() + 20_000; parentOf(pids[1]) !== process.pid && Date.now() < end; );
      }
      return real(path, ...rest)
    }
    const listed = descendants().map(({ pid }) => pid)
    for (const pid of pids.slice(1)) process.kill(pid, 'SIGKILL')
    await eldest.exited
    console.log(JSON.stringify({ paused, missing: pids.filter((pid) => !listed.includes(pid)) }))`

  it.each([1, 2])('is listed with its children, at generation %s', async (generation) => {
    const seen = await evaluate(adoptedAt(generation))
    expect(seen).toEqual({ paused: true, missing: [] })
  })
})

describe('the child of a thread that ends while the tree is read', () => {
  it('is listed, as it moves to another thread', async () => {
    const seen = await evaluate(`
      ${HELPERS}
      const { Worker } = await import('node:worker_threads')
      const source = \`
        import { spawn } from 'node:child_process'
        import { parentPort, workerData } from 'node:worker_threads'
        const { pid } = spawn('sleep', ['1000'], { stdio: 'ignore' })
        parentPort.postMessage(pid)
        Atomics.wait(workerData, 0, 0)
        process.exit()\`
      const tasks = () => fs.readdirSync('/proc/self/task')
      const before = tasks()
      const workerData = new Int32Array(new SharedArrayBuffer(4))
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)), { workerData })
      const [pid] = await once(worker, 'message')
      const real = fs.readFileSync
      const listOf = (tid) => '/proc/' + process.pid + '/task/' + tid + '/children'
      const tid = tasks().find((tid) => real(listOf(tid), 'utf8').includes(pid))
      let paused = false
      fs.readFileSync = (path, ...rest) => {
        if (!paused && path === listOf(tid)) {
          paused = true
          Atomics.store(workerData, 0, 1)
          Atomics.notify(workerData, 0)
          for (const end = Date.now() + 20_000; tasks().includes(tid) && Date.now() < end; );
        }
        return real(path, ...rest)
      }
      const listed = descendants().map(({ pid }) => pid)
      process.kill(pid, 'SIGKILL')
      console.log(JSON.stringify({ paused, isWorkers: !before.includes(tid), found: listed.includes(pid) }))`)
    expect(seen).toEqual({ paused: true, isWorkers: true, found: true })
  })
})

describe('sexton/init at exit', () => {
  it('looks again for a while where no descriptor is left to look by', async () => {
    const outcome = await run(
      [
        ...[process.execPath, '--import', 'sexton/init', '--input-type=module', '-e'],
        `${HELPERS}
        const child = spawn('sh', ['-c', 'trap "echo asked; exit" TERM; echo ready; while :; do sleep 0.1; done'])
        child.stdout.pipe(process.stdout)
        await once(child.stdout, 'data')
        const real = fs.readFileSync
        const until = Date.now() + 300
        fs.readFileSync = (path, ...rest) => {
          if (!/^.proc.\\d/.test(path) || Date.now() > until) return real(path, ...rest)
          throw Object.assign(new Error('EMFILE'), { code: 'EMFILE', errno: -24, syscall: 'open', path })
        }
        const left = []
        const { subscribe } = await import('node:diagnostics_channel')
        subscribe('sexton:left', ({ outcome }) => fs.writeSync(1, outcome))
        process.exit(3)`,
      ],
      { env: { SEXTON_GRACE: '20000' } },
    )
    expect(outcome).toMatchObject({ code: 3, stdout: expect.stringContaining('terminated') })
  })
})
