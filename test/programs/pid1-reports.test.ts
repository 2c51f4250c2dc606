import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../eventually.js'
import { lacksRoot } from '../needs.js'
import { asPid1, run } from '../program.js'
import { type Event, eventsOf, innerPid, start, under } from './running.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sexton-reports-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const kindsOf = (events: readonly Event[]) => events.map(({ event }) => event)

// An orphan that ends with 9 once its parent has gone, as a shell may reap it before; and a rest that does not heed SIGTERM.
const FAMILY = `(sh -c 'while [ $PPID != 1 ] && [ -e /proc/$PPID ]; do :; done; exit 9' & exec sh -c :)
trap '' TERM; sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done
trap 'exit 7' USR1; echo ready; while :; do read line; done`

describe('The status stream of pid1', () => {
  it('tells a file the life of the command and of its orphans, as JSON', async () => {
    const file = join(directory, 'status')
    const options = ['--status-file', file, '--grace', '50ms']
    const running = start([...asPid1, ...under(...options, 'sh', '-c', FAMILY)], 'pipe')
    await running.printed('ready')
    // Who has not got to its end by then is asked for another.
    await eventually(() => expect(readFileSync(file, 'utf8')).toContain('"code":9'))
    process.kill(await innerPid(running), 'SIGUSR1')
    expect(await running.ended).toMatchObject({ code: 7, stderr: '' })
    const events = eventsOf(readFileSync(file, 'utf8'))
    const started = events.find(({ event }) => event === 'started')
    expect(started).toMatchObject({ command: ['sh', '-c', FAMILY] })
    const forwarded = events.find(({ event }) => event === 'forwarded')
    expect(forwarded).toMatchObject({ signal: 'SIGUSR1', as: 'SIGUSR1', to: started?.pid })
    const exited = events.find(({ event }) => event === 'exited')
    expect(exited).toMatchObject({ pid: started?.pid, code: 7, signal: null, exitCode: 7 })
    expect(exited).toHaveProperty('usage.maxRSS')
    const killed = events.filter(({ event }) => event === 'killed')
    expect(killed.map(({ signal }) => signal)).toEqual(['SIGTERM', 'SIGKILL'])
    const reaped = events.filter(({ event }) => event === 'reaped')
    expect(reaped).toContainEqual(expect.objectContaining({ name: 'sleep', signal: 'SIGKILL' }))
    expect(reaped).toContainEqual(expect.objectContaining({ name: 'sh', code: 9 }))
    expect(kindsOf(events).indexOf('exited')).toBeLessThan(kindsOf(events).indexOf('killed'))
  })

  it('is appended to the file', async () => {
    const file = join(directory, 'status')
    await run(under('-s', '--status-file', file, 'true'))
    await run(under('-s', '--status-file', file, 'true'))
    const events = eventsOf(readFileSync(file, 'utf8'))
    expect(kindsOf(events)).toEqual(['started', 'exited', 'started', 'exited'])
  })

  it('goes to no descriptor that only Node may have opened', async () => {
    for (const fd of ['4', '77']) {
      const { code, stdout, stderr } = await run(under('--status-fd', fd, 'echo', 'started'))
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(
        `invalid --status-fd ${fd}: expected a descriptor that pid1 inherits`,
      )
    }
  })

  it('is lost where nobody reads it, as messages are: pid1 never waits', async () => {
    const fill = 'mkfifo "$0"; exec 3<>"$0"; head -c 65536 /dev/zero >&3'
    const script = `${fill}; "$@" 2>&3; echo $?; dd if="$0" bs=4096 count=16 status=none | tr -d '\\0'`
    const words = under('-s', '-v', '--status-fd', '3', 'sh', '-c', 'exit 7')
    const { stdout } = await run(['sh', '-c', script, join(directory, 'fifo'), ...words])
    expect(stdout).toBe('7\n')
  })

  it('fails at once where its file is a FIFO that nobody reads', async () => {
    const script = 'mkfifo "$0"; exec "$@"'
    const fifo = join(directory, 'fifo')
    const words = under('--status-file', fifo, 'echo', 'started')
    const { code, stdout, stderr } = await run(['sh', '-c', script, fifo, ...words])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('--status-file: ENXIO')
  })

  it('has long lines whole, for a reader that reads', async () => {
    const word = 'x'.repeat(100_000)
    const script = 'exec 3>&1 >/dev/null "$@"'
    const words = under('-s', '--status-fd', '3', 'true', word)
    const { stdout } = await run(['sh', '-c', script, 'sh', ...words])
    expect(eventsOf(stdout)[0]).toMatchObject({ command: ['true', word] })
  })

  it('needs a file that can be written', async () => {
    const { code, stderr } = await run(under('--status-file', '/no/such/folder/x', 'true'))
    expect(code).toBe(2)
    expect(stderr).toContain("--status-file: ENOENT: no such file or directory, open '/no/such")
  })
})

describe('The messages of pid1', () => {
  it('may be JSON lines, and never go where the command’s output goes', async () => {
    const options = ['-s', '-vv', '-w', '--log-format', 'json']
    // The substitution ends when the orphan has let go of it.
    const script = 'out=$( (sh -c "exit 9" &) ); echo done'
    const { stdout, stderr } = await run(under(...options, 'sh', '-c', script))
    expect(stdout).toBe('done\n')
    const lines = stderr.trim().split('\n')
    const messages = lines.map((line) => JSON.parse(line))
    expect(messages[0]).toMatchObject({ level: 'info', message: expect.stringMatching(/^started/) })
    expect(messages).toContainEqual(expect.objectContaining({ level: 'warning', name: 'sh' }))
    expect(messages).toContainEqual(expect.objectContaining({ level: 'info', code: 0 }))
    for (const { time } of messages) expect(new Date(time).toISOString()).toBe(time)
  })

  it('name zombies after any time, however long', async () => {
    const words = under('-s', '--report-zombies', '2000h', 'sleep', '0.2')
    expect(await run(words)).toMatchObject({ code: 0, stderr: '' })
  })

  it('name a zombie that its living parent keeps, with the parent, once', async () => {
    const keeper = `import os, sys
pid = os.fork()
if pid == 0: os._exit(0)
print("zombie", pid, os.getpid(), flush=True)
sys.stdin.read()`
    const options = ['-s', '--report-zombies', '100ms', '--status-fd', '2']
    const running = start(under(...options, 'python3', '-c', keeper), 'pipe')
    await running.printed('"event":"zombie"')
    // Long enough for three more looks, of which each would name it again.
    const again = start(under('-s', '--report-zombies', '100ms', 'sleep', '0.3'))
    await again.ended
    running.stdin?.end()
    const { stdout, stderr } = await running.ended
    const [, zombie, parent] = /zombie (\d+) (\d+)/.exec(stdout) ?? []
    const named = `zombie ${zombie} (python3) is kept by ${parent} (python3), which lives`
    expect(stderr.split(named)).toHaveLength(2)
    expect(eventsOf(stderr)).toContainEqual(
      expect.objectContaining({ event: 'zombie', pid: Number(zombie), name: 'python3' }),
    )
  })
})

describe('A help that nobody reads to its end', () => {
  it('is no failure', async () => {
    const { stdout, stderr } = await run([
      'sh',
      '-c',
      '{ "$@"; echo $? >&2; } | :',
      'sh',
      ...under('-h'),
    ])
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '0\n' })
  })
})

describe('What pid1 is told of the command', () => {
  it.skipIf(lacksRoot())('is its folder, its variables, its user and its group', async () => {
    const options = ['--workdir', '/usr', '--env', 'A=1', '--env', 'B=2=3', '-u', '12345']
    const script = 'pwd; echo $A $B; id -u; id -g; id -G'
    const { stdout } = await run(
      under('-s', ...options, '--group-id', '54321', 'sh', '-c', script),
      { env: { A: '0' } },
    )
    expect(stdout).toBe('/usr\n1 2=3\n12345\n54321\n54321\n')
  })

  it('and what cannot be is an error that says which step failed', async () => {
    const { code, stderr } = await run(under('-s', '--workdir', '/no/such/folder', 'true'))
    expect(code).toBe(126)
    expect(stderr).toBe("pid1: chdir '/no/such/folder': ENOENT: no such file or directory\n")
  })
})
