import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { spawn } from '../../lib/index.js'
import { lacksRoot } from '../needs.js'
import { pid1 } from '../program.js'

const NOBODY = 65534

function openedFile(): { fd: number; path: string } {
  const directory = mkdtempSync(join(tmpdir(), 'sexton-'))
  const path = join(directory, 'file')
  const fd = openSync(path, 'w+')
  onTestFinished(() => {
    closeSync(fd)
    rmSync(directory, { recursive: true })
  })
  return { fd, path }
}

describe.skipIf(lacksRoot())('a child under another user', () => {
  it.each([{ uid: NOBODY }, { uid: NOBODY, gid: NOBODY }])(
    'opens every pipe of its own anew: %o',
    async (user) => {
      const script =
        'cat /dev/stdin >/dev/stdout; echo err >/dev/stderr; cat /dev/fd/3 >/dev/fd/4; echo $(id -u)'
      const stdio = ['pipe', 'pipe', 'pipe', 'writable', 'readable'] as const
      const child = spawn('sh', ['-c', script], { ...user, stdio })
      const [stdin, stdout, stderr, third, fourth] = child.stdio as unknown as [
        ...[Writable, Readable, Readable, Writable, Readable],
      ]
      stdin.end('in\n')
      third.end('three\n')
      const output = await Promise.all([text(stdout), text(stderr), text(fourth)])
      expect(output).toEqual([`in\n${NOBODY}\n`, 'err\n', 'three\n'])
      expect(await child.exited).toMatchObject({ code: 0 })
    },
  )

  it('does not get what it was only passed', async () => {
    const { fd } = openedFile()
    const before = fstatSync(fd).uid
    await spawn('true', [], { uid: NOBODY, stdio: ['ignore', fd, 'ignore', fd] }).exited
    expect(fstatSync(fd).uid).toBe(before)
  })
})

describe.skipIf(lacksRoot())('pid1 --user-id', () => {
  const command = [pid1, '-s', '--user-id', String(NOBODY), '--', 'sh', '-c']

  it('lets the command open its pipes anew', async () => {
    const script = 'cat /dev/stdin >/dev/stdout; echo err >/dev/stderr; id -u'
    const [file = '', ...args] = [...command, script]
    const child = spawn(file, args)
    child.stdin?.end('in\n')
    const output = Promise.all([text(child.stdout as Readable), text(child.stderr as Readable)])
    expect(await child.exited).toMatchObject({ code: 0 })
    expect(await output).toEqual([`in\n${NOBODY}\n`, 'err\n'])
  })

  it('leaves a file to its owner', async () => {
    const { fd, path } = openedFile()
    const before = fstatSync(fd).uid
    const [file = '', ...args] = [...command, 'echo out; id -u']
    const { code } = await spawn(file, args, { stdio: ['ignore', fd, 'inherit'] }).exited
    expect([code, fstatSync(fd).uid]).toEqual([0, before])
    expect(readFileSync(path, 'utf8')).toBe(`out\n${NOBODY}\n`)
  })
})
