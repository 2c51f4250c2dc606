import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command, pipeline, run } from '../../../lib/index.js'

describe('preferLocal', () => {
  let root = ''
  let inner = ''

  function install(directory: string, name: string): void {
    const bin = join(directory, 'node_modules', '.bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} of ${directory}\n`)
    chmodSync(join(bin, name), 0o755)
  }

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'sexton-local-'))
    inner = join(root, 'a b', 'inner')
    mkdirSync(inner, { recursive: true })
    install(root, 'outer-tool')
    install(root, 'tool')
    install(inner, 'tool')
  })
  afterAll(() => rmSync(root, { recursive: true }))

  it('finds programs of the directory and of those above', async () => {
    const options = { preferLocal: true, cwd: inner }
    expect((await run('tool', [], options)).stdout).toBe(`tool of ${inner}`)
    expect((await run('outer-tool', [], options)).stdout).toBe(`outer-tool of ${root}`)
    expect((await run('outer-tool', [], { ...options, cwd: pathToFileURL(inner) })).stdout).toBe(
      `outer-tool of ${root}`,
    )
    expect((await run('tool', [], { preferLocal: root })).stdout).toBe(`tool of ${root}`)
  })

  it('finds nothing there unless asked', async () => {
    await expect(run('outer-tool', [], { cwd: inner })).rejects.toMatchObject({
      code: 'ERR_SPAWN_FAILED',
    })
  })

  it('is for what the command starts, too', async () => {
    const { stdout } = await run('sh', ['-c', 'tool'], { preferLocal: true, cwd: inner })
    expect(stdout).toBe(`tool of ${inner}`)
  })

  it('still finds other programs, without PATH too', async () => {
    for (const options of [{}, { env: { PATH: undefined } }, { cleanEnv: true }]) {
      expect((await run('echo', ['x'], { ...options, preferLocal: inner })).stdout).toBe('x')
    }
    const given = { preferLocal: inner, env: { PATH: '/no/such/directory' } }
    await expect(run('ls', [], given)).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
  })

  it('is for a pipeline, and for one command of it', async () => {
    expect((await pipeline(['tool'], ['cat'], { preferLocal: inner })).stdout).toBe(
      `tool of ${inner}`,
    )
    const tool = command('tool', [], { preferLocal: inner })
    expect((await pipeline(tool, ['cat'])).stdout).toBe(`tool of ${inner}`)
  })
})
