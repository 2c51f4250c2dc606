import { mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../eventually.js'
import { pid1, run } from '../program.js'
import { start, under } from '../programs/running.js'

// What `pid1` does in the place of tini, dumb-init and catatonit.

const PERSONAS = ['none', 'tini', 'dumb-init', 'catatonit']

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'sexton-compat-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const startIn = (directory: string, ...words: string[]) =>
  start(['sh', '-c', 'cd "$0" && exec "$@"', directory, ...words], 'pipe')

describe('The working directory', () => {
  it.each(PERSONAS)('is let go of by pid1, and kept for the command (%s)', async (persona) => {
    const directory = folder()
    const options = ['-s', '--compat', persona, '--status-file', 'status']
    const shell = ['sh', '-c', 'echo "ready in $PWD"; read line']
    const running = startIn(directory, ...under(...options, ...shell))
    await running.printed('ready')
    await eventually(() => expect(readlinkSync(`/proc/${running.pid}/cwd`)).toBe('/'))
    expect(running.stdout()).toBe(`ready in ${directory}\n`)
    running.stdin?.end()
    await running.ended
    expect(readFileSync(join(directory, 'status'), 'utf8')).toContain('"event":"exited"')
  })

  it('is where a relative --workdir and a relative command are', async () => {
    const directory = folder()
    await run(['sh', '-c', 'mkdir "$0/sub"; ln -s /bin/pwd "$0/sub/where"', directory])
    const running = startIn(directory, ...under('-s', '--workdir', 'sub', './where'))
    expect(await running.ended).toMatchObject({ code: 0, stdout: `${directory}/sub\n` })
  })

  it('is let go of in a pause', async () => {
    const directory = folder()
    const running = startIn(directory, ...under('-s', '-P', '-v'))
    await running.printed('reaping until')
    await eventually(() => expect(readlinkSync(`/proc/${running.pid}/cwd`)).toBe('/'))
    process.kill(running.pid, 'SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0 })
  })
})

describe('A signal of the C library', () => {
  it.each([
    ['-r', '32:1'],
    ['-r', 'TERM:33'],
    ['-r', 'SIG32:0'],
    ['-p', '33'],
    ['--child-death-signal', '32'],
  ])('is a usage error: %s %s', async (...words) => {
    for (const [persona, code] of [
      ['none', 2],
      ['tini', 1],
      ['dumb-init', 1],
    ] as const) {
      const outcome = await run([pid1, '--compat', persona, ...words, 'true'])
      expect(outcome).toMatchObject({ code, signal: null })
      expect(outcome.stderr).toMatch(new RegExp(`: ${words[0]}: invalid signal '(SIG)?3[23]': `))
    }
  })
})

// The orphan ends when its parent has; the command ends when the orphan has been reaped.
const ORPHAN = [
  'python3',
  '-c',
  `
import os, time
ends = os.pipe()
parent = os.fork()
if parent == 0:
    me = os.getpid()
    if os.fork() == 0:
        os.write(ends[1], b'%d' % os.getpid())
        while os.getppid() == me: time.sleep(0.001)
        os._exit(0)
    os._exit(0)
orphan = int(os.read(ends[0], 99))
os.waitpid(parent, 0)
while os.path.exists(f'/proc/{orphan}'): time.sleep(0.001)`,
]

describe('pid1 as dumb-init', () => {
  it('sends TERM to the group after the command’s end, not before', async () => {
    // An orphan's end makes the back-ends without pidfds look at the command.
    const script = 'trap "echo told; exit 9" TERM; (true &); read line; exit 4'
    const all = Array.from({ length: 20 }, () =>
      start(under('-s', '--compat', 'dumb-init', 'sh', '-c', `echo ready; ${script}`), 'pipe'),
    )
    for (const running of all) {
      await running.printed('ready')
      running.stdin?.end()
    }
    for (const { ended } of all) expect(await ended).toMatchObject({ code: 4, stdout: 'ready\n' })
  })
})

describe('pid1 as tini', () => {
  it('names the variables that count in its help', async () => {
    const { stdout } = await run([pid1, '--compat', 'tini', '-h'])
    for (const name of ['TINI_SUBREAPER', 'TINI_KILL_PROCESS_GROUP', 'TINI_VERBOSITY'])
      expect(stdout).toContain(name)
  })

  it('says more with each -v', async () => {
    const lines = []
    for (const option of ['-v', '-vv', '-vvv']) {
      const { code, stderr } = await run([pid1, '--compat', 'tini', '-s', option, ...ORPHAN])
      expect(code).toBe(0)
      lines.push(stderr.trim().split('\n'))
    }
    const [events = [], processes = [], all = []] = lines
    expect(events).toHaveLength(2)
    expect(processes.filter((line) => line.includes('reaped'))).not.toEqual([])
    expect(all.length).toBeGreaterThan(processes.length)
    expect(all[0]).toMatch(/^tini: \d+ is a subreaper; inherited descriptors: /)
    expect(all.at(-1)).toBe('tini: exiting with 0')
  })
})
