import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type JobOptions, runJob } from '../../../lib/index.js'
import { readTaskChildren } from '../../../lib/system/proc.js'
import { eventually } from '../../eventually.js'
import { lacks, lacksRoot, refuses } from '../../needs.js'
import { asNobody } from '../../program.js'
import { programFile } from '../../program-file.js'
import { marked } from '../keeper/marked.js'
import { startNode } from './job-of-node.js'

const programs = await programFile<typeof import('./isolation.program.js')>(
  './isolation.program.ts',
  import.meta.url,
)

const INSIDE: JobOptions = { isolation: 'pid-namespace' }

/** Starts a process that outlives its parent in a session of its own, and waits until it has its name. */
const DAEMON = 'setsid sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done'

/** Tries to end the init, and lists the processes. */
const SCRIPT = `kill -KILL 1 2>/dev/null; kill -STOP 1 2>/dev/null; cd /proc; echo [0-9]*; ${DAEMON}; exit 3`

const FACTS = { stdout: '1 2', code: 3, survivors: ['sleep'], limitsHit: [] }

const UNSHARE = ['unshare', '--fork', '--pid', '--mount-proc']

function isRefused(what: string, command: readonly string[]): boolean {
  const [file = '', ...args] = [...command, 'true']
  return refuses(what, () => execFileSync(file, args, { stdio: 'ignore' }))
}

describe('isolation', () => {
  it.each([
    [{ isolation: 'no' }, "invalid isolation 'no': expected 'tree', 'cgroup' or 'pid-namespace'"],
    [{ isolation: 'cgroup', keep: () => true }, 'keep excludes isolation and limits'],
    [{ isolation: 'pid-namespace', leftovers: 'keep' }, "leftovers: 'keep' excludes isolation"],
    [{ limits: { cpu: 1 }, leftovers: 'keep' }, "leftovers: 'keep' excludes isolation and limits"],
    [{ isolation: 'pid-namespace', deathSignal: 'SIGTERM' }, 'deathSignal excludes isolation'],
    [{ limits: { memory: -1 } }, 'invalid limits.memory -1: expected an integer'],
  ])('is checked: %j', (options, message) => {
    expect(() => runJob('true', [], options as object)).toThrow(message)
  })
})

describe('A job in a cgroup', () => {
  it.each([{ isolation: 'cgroup' }, { limits: { cpu: 1 } }] as const)(
    'is refused in a directory that is no cgroup: %j',
    async (options) => {
      const cgroup = mkdtempSync(join(tmpdir(), 'sexton-'))
      onTestFinished(() => rmdirSync(cgroup)) // it fails if something is in it
      await expect(runJob('true', [], { cgroup, ...options })).rejects.toMatchObject({
        ...{ code: 'ERR_SPAWN_FAILED', path: cgroup },
        message: expect.stringMatching(
          /^invalid cgroup '.*': expected a directory of cgroup version 2/,
        ),
      })
    },
  )
})

describe.skipIf(isRefused('PID namespaces', UNSHARE))('A job in a PID namespace', () => {
  it('sees itself alone, cannot end its init, and leaves nothing', async () => {
    expect(await programs.evaluate('runScript', [SCRIPT, INSIDE])).toEqual(FACTS)
  })

  it.skipIf(lacksRoot())('finds no other /proc below its own', async () => {
    const script = 'umount /proc; cd /proc; echo [0-9]*'
    const { stdout } = await runJob('sh', ['-c', script], { ...INSIDE, stdio: 'pipe' })
    expect(stdout).toBe('[0-9]*')
  })

  it('has the directory and the user that it was given', async () => {
    const script = 'pwd; id -u; grep CapEff /proc/self/status'
    const options: JobOptions = { ...INSIDE, cwd: '/usr', uid: 1, gid: 1 }
    const { stdout } = await runJob('sh', ['-c', script], options)
    expect(stdout).toBe('/usr\n1\nCapEff:\t0000000000000000')
  })

  it('can have another in it', async () => {
    const words = programs.command('runScript', [SCRIPT, INSIDE])
    const { stdout } = await runJob(words[0] as string, words.slice(1), INSIDE)
    expect(JSON.parse(String(stdout))).toEqual(FACTS)
  })

  it('tells why its command could not be started', async () => {
    const failure = { code: 'ERR_SPAWN_FAILED', syscall: 'execve', path: '/no/such' }
    await expect(runJob('/no/such', [], INSIDE)).rejects.toMatchObject(failure)
  })
})

describe.skipIf(isRefused('PID namespaces', UNSHARE) || lacks('strace'))('A sandbox', () => {
  it('that forbids unshare(2) is told of', async () => {
    const inject = ['-e', 'trace=unshare', '-e', 'inject=unshare:error=EPERM']
    const prefix = ['strace', '-f', '-qqq', '-o', '/dev/null', ...inject]
    expect(await programs.evaluate('runScript', ['true', INSIDE], { prefix })).toEqual({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringMatching(/^unshare\(CLONE_NEWPID\): EPERM: .*\n.* needs PID and mount/),
    })
  })
})

describe.skipIf(isRefused('PID namespaces', UNSHARE))('A PID namespace', () => {
  const mark = `isolation-${process.pid}-${process.hrtime.bigint()}`

  it('ends if Node and the keeper are killed at once', async () => {
    const script = 'echo; (setsid sleep 1000 &); exec sleep 1001'
    const { node, exit } = await startNode(programs.command('stay', [script, INSIDE]), mark)
    const pid = node.pid as number
    // A Node that stands still cannot act on the death of the keeper.
    node.kill('SIGSTOP')
    const [keeper] = readTaskChildren(pid, pid) as number[]
    process.kill(keeper as number, 'SIGKILL')
    node.kill('SIGKILL')
    await exit
    await eventually(() => expect(marked(mark)).toEqual([]), 10_000)
  })
})

const OF_USER = [...asNobody, 'unshare', '--user', '--map-current-user', ...UNSHARE.slice(1)]
const hasNoUsers = lacksRoot() || isRefused('user namespaces for ordinary users', OF_USER)

describe.skipIf(hasNoUsers)('A job in a PID namespace of an ordinary user', () => {
  it('sees itself alone, cannot end its init, and leaves nothing', async () => {
    const facts = await programs.evaluate('runScript', [SCRIPT, INSIDE], { prefix: asNobody })
    expect(facts).toEqual(FACTS)
  })

  it('has the user of this process, and no rights', async () => {
    const script = 'id -u; grep CapPrm /proc/self/status; cat /proc/1/environ 2>&1 | tail -c 18'
    const { stdout } = await programs.evaluate('runScript', [script, INSIDE], { prefix: asNobody })
    expect(stdout).toBe('65534\nCapPrm:\t0000000000000000\nPermission denied')
  })

  it.each([{ uid: 1 }, { gid: 1 }, { groups: [1] }])('refuses another user: %j', async (user) => {
    const options = { ...INSIDE, ...user }
    const facts = await programs.evaluate('runScript', ['true', options], { prefix: asNobody })
    expect(facts).toEqual({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringMatching(
        new RegExp(
          `^${Object.keys(user)[0]} needs CAP_SYS_ADMIN .*\nLeave .* out, or run as root.$`,
        ),
      ),
    })
  })

  it('is refused where a part of /proc is hidden', async () => {
    const hide = 'mount -t tmpfs none /proc/sys && exec "$0" "$@"'
    const prefix = ['unshare', '--mount', 'sh', '-c', hide, ...asNobody]
    expect(await programs.evaluate('runScript', ['true', INSIDE], { prefix })).toEqual({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringMatching(/^mount \/proc: EPERM: .*\n.* needs a \/proc of its own\.\n/),
    })
  })

  it('is refused where no user namespace may be made', async () => {
    const max = '/proc/sys/user/max_user_namespaces'
    const outer = ['unshare', '--user', '--map-root-user', 'sh', '-c']
    const prefix = [...outer, `echo 0 > ${max} && exec "$0" "$@"`, ...asNobody.slice(0, 1)]
    const plain = [...prefix, '--bounding-set=-sys_admin', '--inh-caps=-sys_admin']
    const { code, message } = await programs.evaluate('runScript', ['true', INSIDE], {
      prefix: plain,
    })
    expect(code).toBe('ERR_UNSUPPORTED')
    expect(message).toMatch(
      /^unshare\(CLONE_NEWUSER\): ENOSPC: .*\nThe isolation 'pid-namespace' needs root/,
    )
  })
})
