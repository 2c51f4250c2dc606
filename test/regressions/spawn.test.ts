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
import { evaluate, root, run } from '../program.js'

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
    const script = 'trap "" HUP; (while :; do echo x; done) & echo $!'
    const pid = await evaluate<number>(`
      import { spawn } from 'sexton'
      const child = spawn('sh', ['-c', ${JSON.stringify(script)}], { stdio: ['ignore', 'pipe', 'pipe'] })
      const { value } = await child.stdout[Symbol.asyncIterator]().next()
      await child.exited
      console.log(JSON.stringify(Number.parseInt(value)))`)
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
    const result = await evaluate<string[]>(
      `import { openSync, closeSync } from 'node:fs'
      import { backend, spawn } from 'sexton'
      backend()
      const held = []
      try { for (;;) held.push(openSync('/dev/null')) } catch {}
      const codes = new Set()
      for (let room = 0; room < 12; room++) {
        await spawn('true').exited.then(() => codes.add('ran'), (error) => codes.add(error.code))
        closeSync(held.pop())
      }
      console.log(JSON.stringify([...codes]))`,
      { prefix: ['prlimit', '--nofile=100:100'] },
    )
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
    const outcome = await run([
      'python3',
      '-c',
      ABORT,
      process.execPath,
      join(root, 'dist/index.js'),
    ])
    expect(outcome).toMatchObject({ code: 0, stdout: 'dumped\n' })
  })

  it('works for the root of a user namespace, which may not set groups', async () => {
    const source = `import { spawn } from 'sexton'
      const { code } = await spawn('true', [], { uid: 0, gid: 0 }).exited
      console.log(JSON.stringify(code))`
    expect(await evaluate(source, { prefix: ['unshare', '--user', '--map-root-user'] })).toBe(0)
  })
})

// The kernel says in the wait status whether it dumped the memory of a process that aborts.
const ABORT = `
import os, resource, sys, tempfile
node, sexton = sys.argv[1:]
source = """import { spawn } from %r
await spawn('true', [], { uid: 65534, gid: 65534 }).exited
await spawn('/no/such/file', [], { uid: 65534 }).exited.catch(() => {})
process.abort()""" % sexton
resource.setrlimit(resource.RLIMIT_CORE, (2**30, 2**30))
with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    pid = os.posix_spawn(node, [node, '--input-type=module', '--eval', source], os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 2, '/dev/null', os.O_WRONLY, 0)])
    _, status = os.waitpid(pid, 0)
    os.chdir('/')
print('dumped' if os.WCOREDUMP(status) else 'not dumped: status %d' % status)
`

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
      const program = `
      import { text } from 'node:stream/consumers'
      import { spawn } from 'sexton'
      const nobody = { uid: 65534, gid: 65534, groups: [] }
      const spy = spawn(${JSON.stringify(spy)}, ['4'], { ...nobody, cleanEnv: true })
      const printed = text(spy.stdout)
      let running = true
      spy.exited.then(() => { running = false })
      // What is looked for first makes the time before exec longer.
      const PATH = 'x/'.repeat(20).replaceAll('/', '/:') + '/bin'
      while (running) await spawn('true', [], { ...nobody, stdio: 'ignore', env: { PATH }, cleanEnv: true }).exited
      console.log(JSON.stringify(await printed))`
      expect(await evaluate(program, { env: { SEXTON_SECRET: '1' } })).toBe('closed\n')
    },
  )
})

describe('the default environment', () => {
  it('is process.env, also where that was replaced before sexton was loaded', async () => {
    const result = await evaluate(`
      process.env = { ...process.env, MARK: 'seen' }
      const { spawn } = await import('sexton')
      const { code } = await spawn('sh', ['-c', 'test "$MARK" = seen']).exited
      console.log(JSON.stringify(code))`)
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
