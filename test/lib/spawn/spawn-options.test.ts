import { describe, expect, it } from 'vitest'
import { type SpawnOptions, spawn } from '../../../lib/index.js'
import { readStat } from '../../../lib/system/proc.js'
import { lacksRoot } from '../../needs.js'
import { read } from '../output.js'

/** What a shell prints that was started with these options. */
async function printed(script: string, options: SpawnOptions = {}): Promise<string> {
  const child = spawn('sh', ['-c', script], options)
  const [stdout] = await Promise.all([read(child.stdout), child.exited])
  return stdout.trim()
}

const field = (status: string, name: string) =>
  new RegExp(`^${name}:(.*)$`, 'm').exec(status)?.[1]?.match(/\S+/g) ?? []

describe('cwd and env', () => {
  it("are this process's by default", async () => {
    expect(await printed('pwd')).toBe(process.cwd())
    expect(await printed('echo $PATH')).toBe(process.env.PATH)
  })

  it('are others where they are given', async () => {
    expect(await printed('pwd; echo $A-$B', { cwd: '/', env: { A: 'x', B: undefined } })).toBe(
      '/\nx-',
    )
  })
})

describe('argv0', () => {
  it('is what the program takes for its name', async () => {
    expect(await printed('echo ok', { argv0: 'sh-by-another-name' })).toBe('ok')
    const child = spawn('cat', ['/proc/self/cmdline'], { argv0: 'dog' })
    const [line] = await Promise.all([read(child.stdout), child.exited])
    expect(line).toBe('dog\0/proc/self/cmdline\0')
  })
})

describe('session and processGroup', () => {
  const ids = async (options: SpawnOptions) => {
    const child = spawn('cat', [], options)
    const { pid } = child
    const stat = readStat(pid)
    child.stdin?.end()
    await child.exited
    return { pid, group: stat?.processGroup, session: stat?.session }
  }
  const own = readStat(process.pid)

  it("are this process's by default", async () => {
    expect(await ids({})).toMatchObject({ group: own?.processGroup, session: own?.session })
    expect(await ids({ processGroup: false })).toMatchObject({ group: own?.processGroup })
  })

  it('can be its own: a session has a group too', async () => {
    const { pid, group, session } = await ids({ session: true })
    expect([group, session]).toEqual([pid, pid])
    const both = await ids({ session: true, processGroup: true })
    expect([both.group, both.session]).toEqual([both.pid, both.pid])
  })

  it('can be its own group in our session', async () => {
    const { pid, group, session } = await ids({ processGroup: true })
    expect([group, session]).toEqual([pid, own?.session])
  })

  it("can be another child's group", async () => {
    await using leader = spawn('cat', [], { processGroup: true })
    expect(await ids({ processGroup: leader.pid })).toMatchObject({ group: leader.pid })
  })
})

describe('user and groups', () => {
  const identity = async (options: SpawnOptions) => {
    const status = await printed('cat /proc/self/status', options)
    return [field(status, 'Uid'), field(status, 'Gid'), field(status, 'Groups')]
  }
  const four = (id: number) => Array(4).fill(String(id))

  it.skipIf(lacksRoot())(
    'are all changed: real, effective, saved and file system ids',
    async () => {
      const options = { uid: 65534, gid: 65533, groups: [65532, 65531] }
      expect(await identity(options)).toEqual([four(65534), four(65533), ['65531', '65532']])
    },
  )

  it.skipIf(lacksRoot())("drop root's groups unless others are given", async () => {
    expect(await identity({ uid: 65534, gid: 65534 })).toEqual([four(65534), four(65534), []])
    expect(await identity({ groups: [1, 2, 3] })).toEqual([four(0), four(0), ['1', '2', '3']])
  })

  it.skipIf(lacksRoot())('leave this process what it is, all threads of it', async () => {
    await identity({ uid: 65534, gid: 65534, groups: [5] })
    expect([process.getuid?.(), process.getgid?.()]).toEqual([0, 0])
    expect(process.getgroups?.()).not.toContain(5)
  })

  it.skipIf(lacksRoot())('take the highest id there is', async () => {
    const [uid, gid] = await identity({ uid: 2 ** 32 - 2, gid: 2 ** 32 - 2 })
    expect([uid, gid]).toEqual([four(2 ** 32 - 2), four(2 ** 32 - 2)])
  })
})

describe('umask', () => {
  it("is this process's by default", async () => {
    expect(Number.parseInt(await printed('umask'), 8)).toBe(process.umask())
  })

  it.each([0, 0o022, 0o077, 0o777])('can be %i', async (umask) => {
    expect(Number.parseInt(await printed('umask', { umask }), 8)).toBe(umask)
  })
})

describe('rlimits', () => {
  it('are set, soft and hard, each or both', async () => {
    const script = 'ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc; ulimit -St'
    const rlimits = { nofile: { soft: 100, hard: 200 }, core: 0, cpu: 1000 }
    expect(await printed(script, { rlimits })).toBe('100\n200\n0\n0\n1000')
  })

  it('know no limit, and large numbers', async () => {
    const limits = await printed('cat /proc/self/limits', {
      rlimits: {
        fsize: { soft: 2 ** 40, hard: Number.POSITIVE_INFINITY },
        stack: { soft: 8388608, hard: Number.POSITIVE_INFINITY },
      },
    })
    expect(limits).toMatch(/Max file size +1099511627776 +unlimited/)
    expect(limits).toMatch(/Max stack size +8388608 +unlimited/)
  })
})

describe('an option that makes no sense', () => {
  it.each<[SpawnOptions | Record<string, unknown>, typeof Error, string]>([
    [{ uid: -1 }, RangeError, '-1'],
    [{ uid: 2 ** 32 - 1 }, RangeError, '4294967295'],
    [{ uid: '0' }, TypeError, "'0'"],
    [{ gid: 1.5 }, RangeError, '1.5'],
    [{ groups: 5 }, TypeError, '5'],
    [{ groups: [-1] }, RangeError, '-1'],
    [{ umask: 0o10000 }, RangeError, '4096'],
    [{ umask: '022' }, TypeError, "'022'"],
    [{ processGroup: 0 }, RangeError, 'above 0'],
    [{ processGroup: -5 }, RangeError, '-5'],
    [{ session: true, processGroup: 5 }, TypeError, 'session excludes a number for processGroup'],
    [{ foreground: true }, TypeError, 'processGroup: true'],
    [{ foreground: true, processGroup: true, session: true }, TypeError, 'exclude'],
    [{ deathSignal: 'SIGFOO' }, RangeError, 'SIGFOO'],
    [{ deathSignal: 0 }, RangeError, '0'],
    [{ killSignal: 'TERM' }, RangeError, "did you mean 'SIGTERM'"],
    [{ rlimits: { files: 1 } }, RangeError, "'files'"],
    [{ rlimits: { nofile: -1 } }, RangeError, 'rlimits.nofile'],
    [{ rlimits: { nofile: { soft: 1 } } }, RangeError, 'undefined'],
    [{ timeout: -1 }, RangeError, 'timeout'],
    [{ timeout: '5' }, TypeError, "'5'"],
    [{ grace: Number.NaN }, RangeError, 'grace'],
    [{ argv0: 5 }, TypeError, 'argv0'],
    [{ cwd: 5 }, TypeError, 'cwd'],
    [{ env: { A: 5 } }, TypeError, 'invalid env.A 5'],
  ])('is refused, quoting it: %j', (options, kind, message) => {
    expect(() => spawn('true', [], options as SpawnOptions)).toThrow(kind)
    expect(() => spawn('true', [], options as SpawnOptions)).toThrow(message)
  })

  it('and a file or arguments that make none, too', () => {
    expect(() => spawn(5 as unknown as string)).toThrow(TypeError)
    expect(() => spawn('true', 'x' as unknown as string[])).toThrow(TypeError)
    expect(() => spawn('true', [5 as unknown as string])).toThrow('argument 0')
  })
})
