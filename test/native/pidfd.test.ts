import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { binding } from '../../lib/system/binding.js'
import { eventually } from '../eventually.js'
import { since } from '../kernel.js'
import { CLD_KILLED, reap, spawnShell, untilZombie } from './raw.js'

const { EAGAIN, EBADF, EINVAL, ENOENT, ESRCH } = constants.errno
const { SIGTERM, SIGKILL } = constants.signals

describe('A pidfd', () => {
  it('is close-on-exec, whether opened or born with the child', async () => {
    const { pid, pidfd } = spawnShell('exec sleep 1000')
    const opened = binding.pidfdOpen(pid)
    for (const fd of [pidfd, opened]) {
      expect(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')).toMatch(/^flags:\s+0?2\d{6}$/m)
      expect(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')).toMatch(`Pid:\t${pid}\n`)
    }
    binding.kill(pid, SIGKILL)
    await reap(pid)
    for (const fd of [pidfd, opened]) binding.closeFd(fd)
  })

  it('cannot be had of nobody, of a thread, or of what is no pid', () => {
    const thread = readdirSync('/proc/self/task')
      .map(Number)
      .find((tid) => tid !== process.pid)
    expect(binding.pidfdOpen(4_194_303)).toBe(-ESRCH)
    expect([-EINVAL, -ENOENT]).toContain(binding.pidfdOpen(thread ?? 0))
    expect(binding.pidfdOpen(0)).toBe(-EINVAL)
    expect(binding.pidfdOpen(-1)).toBe(-EINVAL)
  })

  it('tells alive, dead and reaped apart, and signals only the living', async () => {
    const { pid, pidfd } = spawnShell('exec sleep 1000')
    expect(binding.pidfdState(pidfd)).toBe(0)
    expect(binding.pidfdSend(pidfd, 0)).toBe(0)
    expect(binding.pidfdSend(pidfd, 65)).toBe(-EINVAL)
    expect(binding.pidfdExitStatus(pidfd)).toBeLessThan(0)
    expect(binding.pidfdSend(pidfd, SIGTERM)).toBe(0)
    await untilZombie(pid)
    expect(binding.pidfdState(pidfd)).toBe(1)
    expect(binding.pidfdSend(pidfd, SIGKILL)).toBe(0)
    expect(await reap(pid)).toMatchObject({ cause: CLD_KILLED, status: SIGTERM })
    expect(binding.pidfdState(pidfd)).toBe(since(6, 9) ? 2 : 1)
    expect(binding.pidfdSend(pidfd, SIGKILL)).toBe(-ESRCH)
    binding.closeFd(pidfd)
    expect(binding.pidfdSend(pidfd, 0)).toBe(-EBADF)
  })

  it('signals a child that lives, and asks to take the status of a dead one', async () => {
    const { pid, pidfd } = spawnShell('exec sleep 1000')
    expect(binding.signalChild(pidfd, 65)).toBe(-EINVAL)
    expect(binding.signalChild(pidfd, SIGTERM)).toBe(0)
    await untilZombie(pid)
    expect(binding.signalChild(pidfd, SIGKILL)).toBe(1)
    expect(await reap(pid)).toMatchObject({ cause: CLD_KILLED, status: SIGTERM })
    expect(binding.signalChild(pidfd, SIGKILL)).toBe(1)
    binding.closeFd(pidfd)
    const stranger = binding.pidfdOpen(process.ppid)
    expect(binding.signalChild(stranger, 0)).toBe(1)
    binding.closeFd(stranger)
  })

  it.each([
    { script: 'exit 9', raw: 9 << 8 },
    { script: 'kill -KILL $$', raw: SIGKILL },
  ])('tells how a process that is no child ended once it is reaped: $script', async (end) => {
    // The inner shell is the outer one's child; both wait for their reader's end of file.
    const ends = new Int32Array(2)
    binding.makePipe(ends, 1)
    const [readEnd = -1, writeEnd = -1] = ends
    const inner = `read x; ${end.script}`
    const script = `exec 3<&0; sh -c '${inner}' <&3 & wait; read y <&3; exit 0`
    const outer = spawnShell(script, { fds: Int32Array.of(readEnd, -1, -1) })
    let children: string[] = []
    await eventually(() => {
      const path = `/proc/${outer.pid}/task/${outer.pid}/children`
      children = readFileSync(path, 'utf8').split(' ').filter(Boolean)
      expect(children).toHaveLength(1)
    })
    const pidfd = binding.pidfdOpen(Number(children[0]))
    expect(pidfd).toBeGreaterThan(0)
    binding.closeFd(readEnd)
    binding.closeFd(writeEnd)
    await reap(outer.pid)
    // Not -EAGAIN, the answer for "not reaped yet", where the kernel can tell.
    if (since(6, 15)) expect(binding.pidfdExitStatus(pidfd)).toBe(end.raw)
    else expect(binding.pidfdExitStatus(pidfd)).toBeLessThan(0)
    for (const fd of [pidfd, outer.pidfd]) binding.closeFd(fd)
  })

  it('has no exit status while its process is a zombie', async () => {
    const { pid, pidfd } = spawnShell('exit 3')
    await untilZombie(pid)
    if (since(6, 15)) expect(binding.pidfdExitStatus(pidfd)).toBe(-EAGAIN)
    else expect(binding.pidfdExitStatus(pidfd)).toBeLessThan(0)
    await reap(pid)
    binding.closeFd(pidfd)
  })
})

describe('closeFd', () => {
  it('leaves alone what the addon did not open, and closes its own once', () => {
    const file = openSync('/dev/null', 'r')
    binding.closeFd(file)
    expect(fstatSync(file).isCharacterDevice()).toBe(true)
    closeSync(file)

    const pidfd = binding.pidfdOpen(process.pid)
    binding.closeFd(pidfd)
    const next = openSync('/dev/null', 'r')
    expect(next).toBe(pidfd)
    binding.closeFd(pidfd)
    expect(fstatSync(next).isCharacterDevice()).toBe(true)
    closeSync(next)
  })
})
