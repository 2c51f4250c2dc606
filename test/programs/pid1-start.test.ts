import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lacks } from '../needs.js'
import { root, run } from '../program.js'

const keeper = [join(root, 'build/Release/sexton-keeper'), 'pid1', '-s', '--']

// Each call takes as long as a thousandth of tini's whole start. Without musl the C library makes some too.
const MOST = 80

// Ignores SIGUSR1, SIGSEGV, SIGCHLD and SIGRTMIN, and executes the rest.
const IGNORING = `
import os, signal, sys
for number in (10, 11, 17, 34): signal.signal(number, signal.SIG_IGN)
for number in (13, 25): signal.signal(number, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])`

describe('The keeper as pid1', () => {
  it.skipIf(lacks('strace'))('asks the kernel for little before its command', async () => {
    const { code, stderr } = await run(['env', '-i', 'strace', '-f', ...keeper, '/bin/true'])
    expect(code).toBe(0)
    const calls = stderr.split('\n').filter((line) => /\w+\(/.test(line))
    const command = calls.findIndex((line) => line.includes('execve("/bin/true"'))
    expect(command).toBeGreaterThan(0)
    expect(command, stderr).toBeLessThanOrEqual(MOST)
  })

  it.each([
    ['its command', ['cat', '/proc/self/status'], '0000000200010600'],
    ['itself', ['sh', '-c', 'cat /proc/$PPID/status'], '0000000200000200'],
  ])('keeps signals ignored, for %s', async (_, command, ignored) => {
    const { stdout } = await run([...keeper, ...command], { prefix: ['python3', '-c', IGNORING] })
    expect(/^SigIgn:\t(\w+)$/m.exec(stdout)?.[1]).toBe(ignored)
  })
})
