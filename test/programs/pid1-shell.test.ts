import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../eventually.js'
import { lacks } from '../needs.js'
import { environment, keeperPid1, root, run } from '../program.js'
import { start } from './running.js'

// The shell in front of the keeper: it finds the keeper, and passes on the world as it was.

/** The package with what `pid1` needs, in a folder of its own. */
function install(at: string, ...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-shell-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const file of ['bin/pid1', 'dist', 'package.json', ...files])
    cpSync(join(root, file), join(folder, at, file), { recursive: true })
  return folder
}

const KEEPER = 'build/Release/sexton-keeper'
const ADDON = 'build/Release/sexton.node'

/** The program that has started the command. */
const SHOW = ['sh', '-c', 'readlink /proc/$PPID/exe; exit 7']

describe('pid1', () => {
  it.each([
    ['a package’s own folder', 'sexton', 'sexton/bin/pid1'],
    ['node_modules/.bin', 'node_modules/sexton', 'node_modules/.bin/pid1'],
    ['a global folder', 'lib/node_modules/sexton', 'bin/pid1'],
    ['anywhere else', 'opt/deep/sexton', 'usr/local/bin/pid1'],
  ])('finds the keeper from %s', async (_, at, link) => {
    const folder = install(at, KEEPER)
    const start = join(folder, link)
    mkdirSync(dirname(start), { recursive: true })
    if (!link.startsWith(at)) symlinkSync(join(folder, at, 'bin/pid1'), start)
    const { code, stdout, stderr } = await run([start, '-s', ...SHOW])
    const path = join(folder, at, KEEPER)
    expect({ code, stdout, stderr }).toEqual({ code: 7, stdout: `${path}\n`, stderr: '' })
  })

  it('finds it from a link to a link, by a relative path', async () => {
    const folder = install('opt/sexton', KEEPER)
    symlinkSync('opt/sexton/bin/pid1', join(folder, 'one'))
    symlinkSync('one', join(folder, 'two'))
    const words = ['sh', '-c', 'cd "$0" && exec ./two -s sh -c "exit 7"', folder]
    expect(await run(words)).toMatchObject({ code: 7, stderr: '' })
  })

  it('is a program of Node where there is no keeper', async () => {
    const folder = install('sexton', ADDON)
    const { code, stdout } = await run([join(folder, 'sexton/bin/pid1'), '-s', ...SHOW])
    expect(code).toBe(7)
    expect(stdout).toMatch(/\/node\n$/)
    symlinkSync('sexton/bin/pid1', join(folder, 'dumb-init'))
    expect(await run([join(folder, 'dumb-init'), 'no-such-command'])).toMatchObject({ code: 2 })
  })

  it('says so where its package is not there', async () => {
    const folder = install('sexton', KEEPER)
    cpSync(join(folder, 'sexton/bin/pid1'), join(folder, 'pid1'))
    const { code, stderr } = await run([join(folder, 'pid1'), 'true'])
    expect({ code, stderr }).toEqual({
      code: 126,
      stderr: `pid1: cannot find its package from ${join(folder, 'pid1')}\n`,
    })
  })
})

describe.skipIf(lacks('dash'))('The copy that the shell of pid1 leaves behind', () => {
  /** A keeper that says what its environment is to be read from, and stays. */
  const TELLING = '#!/bin/sh\necho "$sexton_note"; exec sleep 1000\n'

  it('is gone soon after the command has started', async () => {
    const script = 'while grep -q " [0-9]" /proc/$PPID/task/$PPID/children; do :; done; exit 7'
    const { code, stderr } = await run([
      shellNamed('dash'),
      keeperPid1,
      '-s',
      '--',
      'sh',
      '-c',
      script,
    ])
    expect({ code, stderr }).toEqual({ code: 7, stderr: '' })
  })

  it('ends with a keeper that is killed before', async () => {
    const folder = install('sexton')
    const keeper = join(folder, 'sexton', KEEPER)
    mkdirSync(dirname(keeper), { recursive: true })
    writeFileSync(keeper, TELLING, { mode: 0o755 })
    const running = start([shellNamed('dash'), join(folder, 'sexton/bin/pid1')])
    await running.printed(/^copy:\d+\n/)
    const copy = Number(running.stdout().slice('copy:'.length))
    expect(existsSync(`/proc/${copy}`)).toBe(true)
    process.kill(running.pid, 'SIGKILL')
    await running.ended
    await eventually(() => expect(existsSync(`/proc/${copy}`)).toBe(false))
  })
})

// Blocks SIGUSR1, SIGRTMIN and the last signal, ignores SIGTERM and what is named, and executes the rest.
const DISPOSED = `
import os, signal, sys
signal.pthread_sigmask(signal.SIG_SETMASK, [10, 34, 64])
for number in range(1, 65):
    if number not in (9, 19, 32, 33): signal.signal(number, signal.SIG_DFL)
for number in (15, 34, *map(int, sys.argv[1].split())): signal.signal(number, signal.SIG_IGN)
os.execvp(sys.argv[2], sys.argv[2:])`

const SHELLS = ['dash', 'bash', 'busybox', 'zsh', 'mksh', 'ksh', 'yash'] as const

/** A link to the shell that is named `sh`. */
function shellNamed(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-shell-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(`/usr/bin/${name}`, join(folder, 'sh'))
  return join(folder, 'sh')
}

describe.each(SHELLS.filter((shell) => !lacks(shell)))('pid1 in %s', (shell) => {
  const start = () => [shellNamed(shell), keeperPid1, '-s', '--']

  it.each(['', '3'])('keeps ignored signals ignored, and no others (%s)', async (ignored) => {
    const words = [...start(), '/usr/bin/grep', 'SigIgn', '/proc/self/status']
    const { stdout } = await run(words, { prefix: ['python3', '-c', DISPOSED, ignored] })
    expect(stdout).toBe(`SigIgn:\t000000020000400${ignored === '' ? '0' : '4'}\n`)
  })

  // mksh and ksh93 unblock all signals at their start: nobody can know the mask after that.
  it.skipIf(['mksh', 'ksh'].includes(shell))('keeps the signal mask', async () => {
    const words = [...start(), '/usr/bin/grep', 'SigBlk', '/proc/self/status']
    const { stdout } = await run(words, { prefix: ['python3', '-c', DISPOSED, ''] })
    expect(stdout).toBe('SigBlk:\t8000000200000200\n')
  })

  const PATH = `PATH=${environment.PATH}`
  it.each([
    ['usual variables', [PATH, 'HOME=/root', 'EMPTY=', 'TEXT=x\n\ny\n', 'QUOTES=\'"`$A\\*?']],
    ['those that a shell changes', [PATH, 'PWD=/x', 'OLDPWD=/y', 'SHLVL=7', '_=/z', 'IFS=ab']],
    ['names that are no identifiers', ['A-B=1', 'a.b=2', '1=3', PATH, 'without']],
    ['a long variable', [PATH, `LONG.NAME=${'x'.repeat(50_000)}`]],
  ])('keeps the bytes of the environment: %s', async (_, variables) => {
    const { stdout } = await run(['env', '-i', ...start(), '/usr/bin/cat', '/proc/self/environ'], {
      prefix: ['python3', '-c', EXECUTE, ...variables],
    })
    expect(stdout.split('\0').slice(0, -1)).toEqual(variables)
  })
})

// Executes what comes after `env -i`, with the words before as the environment.
const EXECUTE = `
import ctypes, sys
at = sys.argv.index('env')
libc = ctypes.CDLL(None)
def strings(words): return (ctypes.c_char_p * (len(words) + 1))(*[word.encode() for word in words], None)
words = sys.argv[at + 2:]
libc.execve(words[0].encode(), strings(words), strings(sys.argv[1:at]))`
