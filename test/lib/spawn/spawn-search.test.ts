import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { spawn } from '../../../lib/index.js'
import { folder, output } from './children.js'

const directory = folder()

function script(name: string, content: string, mode = 0o755): string {
  const path = join(directory, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

describe('the search in PATH', () => {
  it("is that of the child's environment", async () => {
    script('bin/sexton-tool', '#!/bin/sh\necho "tool $1"\n')
    expect(await output('sexton-tool', ['x'], { env: { PATH: join(directory, 'bin') } })).toBe(
      'tool x\n',
    )
  })

  it('goes on past what is missing or no directory, and takes the first', async () => {
    script('first/sexton-tool', '#!/bin/sh\necho first\n')
    const file = script('file', '')
    const path = ['/nonexistent', file, join(directory, 'first'), join(directory, 'bin')].join(':')
    expect(await output('sexton-tool', [], { env: { PATH: path } })).toBe('first\n')
  })

  it('goes on past a directory whose name is too long', async () => {
    const long = `/${'x'.repeat(5000)}`
    const both = { env: { PATH: `${long}:${join(directory, 'first')}` } }
    expect(await output('sexton-tool', [], both)).toBe('first\n')
    const none = { env: { PATH: `${long}:/nonexistent` } }
    await expect(spawn('sexton-tool', [], none).exited).rejects.toMatchObject({ errno: 2 })
    const name = spawn('x'.repeat(300), [], both)
    await expect(name.exited).rejects.toMatchObject({ errno: 36 })
  })

  it('goes on past what may not be executed, but remembers it', async () => {
    script('denied/sexton-tool', '#!/bin/sh\n', 0o644)
    const denied = join(directory, 'denied')
    const both = { env: { PATH: `${denied}:${join(directory, 'first')}` } }
    expect(await output('sexton-tool', [], both)).toBe('first\n')
    const error = await spawn('sexton-tool', [], {
      env: { PATH: `${denied}:/nonexistent` },
    }).exited.catch((error) => error)
    expect(error).toMatchObject({ code: 'ERR_SPAWN_FAILED', syscall: 'execve', errno: 13 })
  })

  it('takes an empty entry for the working directory', async () => {
    const options = { env: { PATH: '/nonexistent:' }, cwd: join(directory, 'first') }
    expect(await output('sexton-tool', [], options)).toBe('first\n')
  })

  it('has a default where there is no PATH', async () => {
    expect(await output('echo', ['found'], { cleanEnv: true })).toBe('found\n')
  })

  it('is not made for a file with a slash', async () => {
    const options = { env: { PATH: join(directory, 'bin') }, cwd: directory }
    expect(await output('./first/sexton-tool', [], options)).toBe('first\n')
  })

  it('gives a file without #! to the shell, with its arguments', async () => {
    const path = script('plain', 'echo "$0 $1 $2"\n')
    expect(await output(path, ['a', 'b c'])).toBe(`${path} a b c\n`)
    expect(await output('plain', ['x'], { env: { PATH: directory } })).toBe(`${path} x \n`)
  })
})

describe('the shell', () => {
  it('is not there: what looks like its syntax is an argument', async () => {
    expect(await output('echo', ['$HOME; exit 1', '*'])).toBe('$HOME; exit 1 *\n')
  })
})
