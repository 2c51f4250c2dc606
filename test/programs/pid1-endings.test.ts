import { describe, expect, it } from 'vitest'
import { signalNumber } from '../../lib/system/signal-names.js'
import { eventually } from '../eventually.js'
import { patience } from '../pace.mjs'
import { asNobody, asPid1, run } from '../program.js'
import { eventsOf, innerPid, start, under } from './running.js'

const stubborn = `python3 -c 'import signal, sys
signal.signal(15, signal.SIG_IGN); print("deaf", flush=True); signal.pause()'`

const status = ['--status-fd', '2']

describe('What the command leaves', () => {
  it('gets TERM, and pid1 leaves when it has gone: there is no fixed wait', async () => {
    const before = performance.now()
    const words = under(...status, '--grace', '60s', 'sh', '-c', 'sleep 1000 & sleep 1001 & exit 7')
    const { code, stderr } = await run(words, { prefix: asPid1 })
    expect(code).toBe(7)
    const killed = eventsOf(stderr).filter(({ event }) => event === 'killed')
    expect(killed.map(({ signal }) => signal)).toEqual(['SIGTERM', 'SIGTERM'])
    expect(performance.now() - before).toBeLessThan(patience(30_000))
  })

  it.each([
    ['with the right to signal anyone', []],
    ['without it', asNobody],
  ])('gets TERM and CONT where PID 1 was not asked to name it, %s', async (_, user) => {
    const script = `
      sh -c 'trap "echo asked" TERM; kill -STOP $$; echo continued' &
      until grep -qs '^State:.T' /proc/$!/status; do sleep 0.01; done
      exit 6`
    const prefix = [...asPid1, ...user]
    const outcome = await run(under('--grace', '60s', 'sh', '-c', script), { prefix })
    expect(outcome).toMatchObject({ code: 6, stderr: '' })
    expect(outcome.stdout.trim().split('\n').sort()).toEqual(['asked', 'continued'])
  })

  it('gets KILL after the time of grace, stopped processes too', async () => {
    const script = `(${stubborn} | cat) & sleep 1000 & kill -STOP $!; read line; exit 3`
    const running = start(
      [...asPid1, ...under(...status, '--grace', '100ms', 'sh', '-c', script)],
      'pipe',
    )
    await running.printed(/^deaf$/m)
    running.stdin?.end('go\n')
    expect(await running.ended).toMatchObject({ code: 3 })
    const signals = eventsOf(running.stderr()).filter(({ event }) => event === 'killed')
    const counts = ['SIGTERM', 'SIGKILL'].map(
      (name) => signals.filter(({ signal }) => signal === name).length,
    )
    expect(counts[0]).toBeGreaterThanOrEqual(3)
    expect(counts[1]).toBeGreaterThanOrEqual(1)
  })

  it('loses its time of grace to a second signal', async () => {
    const script = `${stubborn} & read line; exit 4`
    const words = under(...status, '--grace', '1000s', 'sh', '-c', script)
    const running = start([...asPid1, ...words], 'pipe')
    await running.printed(/^deaf$/m)
    const pid = await innerPid(running)
    running.stdin?.end('go\n')
    await running.printed('"signal":"SIGTERM"')
    process.kill(pid, 'SIGTERM')
    expect(await running.ended).toMatchObject({ code: 4 })
  })

  it('gets KILL too where its first thread has ended, like a zombie', async () => {
    const source = `import ctypes, os, threading, time
threading.Thread(target=time.sleep, args=(1000,)).start()
print('alive', flush=True)
ctypes.CDLL(None).pthread_exit(None)`
    const script = `trap '' TERM; python3 -c "$0" & while :; do read line && exit 6; done`
    const running = start(
      [...asPid1, ...under(...status, '--grace', '100ms', 'sh', '-c', script, source)],
      'pipe',
    )
    await running.printed('alive')
    running.stdin?.end('go\n')
    expect(await running.ended).toMatchObject({ code: 6 })
  })

  it.each([
    ['there is no /proc', 'umount -l /proc'],
    ['/proc is that of another PID namespace', ':'],
  ])('ends in time where %s', async (_, prepare) => {
    const asPid1Unseen = ['unshare', '--fork', '--pid', '--mount', '--kill-child', 'sh', '-c']
    const rest = `(trap 'echo asked; exit' TERM; echo ready; while :; do sleep 0.1; done) &`
    const script = `${rest} trap '' TERM; sleep 1000 & read line; exit 3`
    const words = under('--grace', '1s', 'sh', '-c', script)
    const running = start([...asPid1Unseen, `${prepare}; exec "$@"`, 'sh', ...words], 'pipe')
    await running.printed('ready')
    running.stdin?.end('go\n')
    expect(await running.ended).toMatchObject({ code: 3, stdout: 'ready\nasked\n' })
  })

  it('may be left alone', async () => {
    const script = 'sleep 1000 >&- 2>&- & echo $!; exit 5'
    const { code, stdout } = await run(under('-s', '--grace', 'none', 'sh', '-c', script))
    expect(code).toBe(5)
    process.kill(Number(stdout), 'SIGKILL')
  })
})

describe('The command', () => {
  it('is killed some time after a TERM only where that was asked for', async () => {
    const running = start(
      under('-s', ...status, '--kill-after', '100ms', 'sh', '-c', `exec ${stubborn}`),
    )
    await running.printed(/^deaf$/m)
    process.kill(running.pid, 'SIGTERM')
    expect(await running.ended).toMatchObject({ code: 137 })
    const events = eventsOf(running.stderr()).map(({ event }) => event)
    expect(events).toEqual(['started', 'forwarded', 'killed', 'exited'])
  })

  it('is killed as well after a signal that is rewritten to TERM', async () => {
    const script = `trap '' TERM; echo deaf; exec sleep 1000`
    const options = ['-s', '-r', 'RTMIN+3:TERM', '--kill-after', '50ms']
    const running = start(under(...options, 'sh', '-c', script))
    await running.printed(/^deaf$/m)
    process.kill(running.pid, signalNumber('SIGRTMIN+3'))
    expect(await running.ended).toMatchObject({ code: 137 })
  })

  it('goes with pid1 where it has a death signal', async () => {
    const running = start(
      under('-s', '--child-death-signal', 'KILL', 'sh', '-c', 'echo $$; exec sleep 1000'),
    )
    await running.printed(/\d+\n/)
    const child = Number(running.stdout())
    process.kill(running.pid, 'SIGKILL')
    await running.ended
    await eventually(() => expect(() => process.kill(child, 0)).toThrow('ESRCH'))
  })

  it('may end with codes that count as success', async () => {
    for (const [codes, code, expected] of [
      ['143', 143, 0],
      ['1,130-150', 137, 0],
      ['1', 2, 2],
    ] as const) {
      expect(await run(under('-s', '-e', codes, 'sh', '-c', `exit ${code}`))).toMatchObject({
        code: expected,
      })
    }
  })
})

describe('A pause', () => {
  it('reaps until TERM, and then exits with 0', async () => {
    const running = start([...asPid1, ...under('-P', '-v')])
    const pid = await innerPid(running)
    await running.printed('reaping until')
    process.kill(pid, 'SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0 })
  })
})
