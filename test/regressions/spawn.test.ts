import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SextonError, spawn } from '../../lib/index.js'
import { compile } from '../compile.js'
import { eventually } from '../eventually.js'
import { lacksRoot } from '../needs.js'
import { root, run } from '../program.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./spawn.program.js')>(
  './spawn.program.ts',
  import.meta.url,
)

const openDescriptors = () => readdirSync('/proc/self/fd').length

describe('pipes that nobody asks for', () => {
  it('give their descriptors back when the child has ended', async () => {
    await spawn('true').exited
    const before = openDescriptors()
    for (let i = 0; i < 50; i += 1) await spawn('true').exited
    expect(openDescriptors()).toBeLessThanOrEqual(before)
  })

  it('are not opened by a look at another', async () => {
    const before = openDescriptors()
    for (let i = 0; i < 50; i += 1) {
      const child = spawn('true')
      const stdout = child.stdio[1] as Readable
      expect(await text(stdout)).toBe('')
      await child.exited
    }
    await eventually(() => expect(openDescriptors()).toBeLessThanOrEqual(before))
  })

  it('are closed with the child, whoever else holds the other end', async () => {
    const before = openDescriptors()
    const child = spawn('sh', ['-c', 'sleep 1000 >&- & echo $!'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const grandchild = Number(await text(child.stdout as Readable))
    await child.exited
    await child[Symbol.asyncDispose]()
    await eventually(() => expect(openDescriptors()).toBeLessThanOrEqual(before))
    process.kill(grandchild, 'SIGKILL')
  })

  it('can still be read afterwards', async () => {
    const child = spawn('sh', ['-c', 'head -c 50000 /dev/zero; echo late >&2'])
    await child.exited
    expect((await text(child.stdout as Readable)).length).toBe(50_000)
    expect(await text(child.stderr as Readable)).toBe('late\n')
  })

  it('neither stop a grandchild that writes on, nor keep the process alive', async () => {
    const pid = await programs.evaluate('leaveWriter', [])
    // The reader has ended, so the writer gets SIGPIPE.
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow())
  })
})

describe('a descriptor that is not open', () => {
  it('is refused before it can become one of ours', async () => {
    const stale = openSync('/dev/null', 'r')
    closeSync(stale)
    const failure = spawn('true', [], { stdio: ['ignore', 'pipe', 'pipe', stale] }).exited
    await expect(failure).rejects.toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      syscall: 'dup2',
      errno: 9,
    })
  })
})

describe('a full table of descriptors', () => {
  it('makes a spawn fail as a spawn', async () => {
    const prefix = ['prlimit', '--nofile=100:100']
    const result = await programs.evaluate('spawnWithLittleRoom', [], { prefix })
    expect(result).toEqual(['ERR_SPAWN_FAILED', 'ran'])
  })
})

describe('rlimits', () => {
  it('allow fewer descriptors than the parent has open', async () => {
    const child = spawn('sh', ['-c', 'ulimit -n'], {
      stdio: ['ignore', 'pipe', 2],
      rlimits: { nofile: 16 },
    })
    expect(await text(child.stdout as Readable)).toBe('16\n')
    expect((await child.exited).code).toBe(0)
  })
})

describe('a change of user', () => {
  it.skipIf(lacksRoot())('leaves this process able to dump core', async () => {
    const aborting = programs.command('spawnAsOthersAndAbort', [])
    const outcome = await run(['python3', 'test/fixtures/core-dump.py', ...aborting])
    expect(outcome).toMatchObject({ code: 0, stdout: 'dumped\n' })
  })

  it('works for the root of a user namespace, which may not set groups', async () => {
    const prefix = ['unshare', '--user', '--map-root-user']
    expect(await programs.evaluate('spawnAsRoot', [], { prefix })).toBe(0)
  })
})

describe('a child that becomes another user', () => {
  it.skipIf(lacksRoot())(
    'gives that user no way into our memory before it runs its program',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sexton-spy-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      chmodSync(folder, 0o755)
      const spy = join(folder, 'spy')
      const source = join(root, 'test', 'fixtures', 'memory-spy.c')
      await compile(source, spy)
      const env = { SEXTON_SECRET: '1' }
      expect(await programs.evaluate('spawnBesideSpy', [spy], { env })).toBe('closed\n')
    },
  )
})

describe('the default environment', () => {
  it('is process.env, also where that was replaced before sexton was loaded', async () => {
    const result = await programs.evaluate('replaceProcessEnv', [])
    expect(result).toBe(0)
  })
})

describe('bad arguments', () => {
  it.each([
    [{ cgroup: 5 }, 'invalid cgroup 5: expected the path of a directory'],
    [{ cgroup: 'a\0b' }, 'expected the path of a directory'],
    [{ rlimits: { constructor: 1 } }, "invalid resource 'constructor': expected one of "],
    [{ rlimits: { nofile: null } }, 'invalid rlimits.nofile null: expected an integer'],
    [{ session: 1 }, 'invalid session 1: expected true or false'],
    [{ foreground: 'yes' }, "invalid foreground 'yes': expected true or false"],
  ])('%o are quoted', (options, message) => {
    const attempt = () => spawn('true', [], options as object)
    expect(attempt).toThrow(message)
    expect(attempt).not.toThrow(SextonError)
  })
})
