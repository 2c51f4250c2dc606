import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { asNobody, asPid1, nodeWithInit, root, run } from '../program.js'
import { programFile } from '../program-file.js'

const inNewNamespace = ['unshare', '--fork', '--pid', '--mount', '--kill-child', 'sh', '-c']

/** The /proc of another PID namespace; of none at all; one that hides the processes of other users. */
const FOREIGN = [...inNewNamespace, 'exec "$@"', 'sh']
const MISSING = [...inNewNamespace, 'mount -t tmpfs none /proc && exec "$@"', 'sh']
const HIDING = [
  ...inNewNamespace,
  'mount -t proc -o hidepid=2 none /proc && { sleep 1000 >/dev/null 2>&1 & HIDDEN=$! exec "$@"; }',
  ...['sh', ...asNobody],
]

const programs = await programFile<typeof import('./proc.program.js')>(
  './proc.program.ts',
  import.meta.url,
)

describe('without a free descriptor', () => {
  it('neither a living process has ended, nor has a parent no children', async () => {
    const outcomes = await programs.evaluate('lookWithoutDescriptors', [], {
      prefix: ['prlimit', '--nofile=200:200'],
    })
    const none = { code: 'ERR_SYSTEM', errno: 24 }
    expect(outcomes[0]).toMatchObject([none, none, none, none])
    for (const [own, ...others] of outcomes.slice(1)) {
      expect(own).toBe(true)
      for (const other of others) {
        if (typeof other === 'object') expect(other).toMatchObject(none)
        else expect([true, 46]).toContain(other)
      }
    }
    expect(outcomes[3]).toEqual([true, true, true, 46])
  })
})

describe('a process that hidepid hides', () => {
  it('is neither gone nor checked, and the others are listed', async () => {
    const seen = await programs.evaluate('lookAtTheHidden', [], { prefix: HIDING })
    const { hidden } = seen
    expect(seen).toMatchObject({
      listed: true,
      below: { code: 'ERR_UNSUPPORTED', pid: hidden },
      checked: { code: 'ERR_UNSUPPORTED', pid: hidden },
      unchecked: 'unknown',
      gone: 'ERR_NO_SUCH_PROCESS',
      own: true,
      timedOut: 'ERR_TIMEOUT',
    })
  })
})

describe.each([
  ['no /proc', MISSING, '/proc is not mounted'],
  ['the /proc of another PID namespace', FOREIGN, '/proc shows another PID namespace'],
])('with %s', (_, prefix, why) => {
  it('no figure is told, and ends are still seen', async () => {
    const seen = await programs.evaluate('lookWithoutProc', [], { prefix })
    const message = expect.stringContaining(why)
    expect(seen).toMatchObject({
      tree: { code: 'ERR_UNSUPPORTED', message },
      checked: { code: 'ERR_UNSUPPORTED', message },
      unchecked: 'unknown',
      own: 'unknown',
      sender: 'pid 2 (uid 0)',
      ended: 45,
    })
  })

  it.each(['tree', 'doctor'])('sexton %s says so', async (command) => {
    const outcome = await run([process.execPath, 'dist/cli/sexton.js', command], { prefix })
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toContain(`sexton: ${command}: ${why}`)
  })
})

it('tells another namespace’s /proc from ours where pids are equal', async () => {
  const seen = await programs.evaluate('lookWhereThePidsAreEqual', [], {
    prefix: [...FOREIGN, 'python3', join(root, 'test/fixtures/equal-pids.py')],
  })
  expect(seen).toMatchObject({ equal: true, tree: { code: 'ERR_UNSUPPORTED' } })
})

describe('a pid that is reused while the tree is read', () => {
  /**
   * Runs a program beside a thief, no descendant of it, that takes the pid after so many clock ticks. Gives the
   * states of the two processes with stolen pids as well.
   */
  async function besideThief(ticks: number, program: readonly string[]) {
    const files = mkdtempSync(join(tmpdir(), 'sexton-thief-'))
    onTestFinished(() => rmSync(files, { recursive: true }))
    const script = `python3 test/fixtures/pid-thief.py thief $FILES/pid ${ticks} $FILES/stolen >$FILES/thief &
      THIEF=$!
      until [ -s $FILES/thief ]; do sleep 0.1; done
      THIEF=$THIEF "$@" >$FILES/output; code=$?
      for pid in $(cat $FILES/stolen); do sed 's/.*) //; s/ .*//' /proc/$pid/stat; done
      kill -9 $THIEF; exit $code`
    const env = { FILES: files }
    const { code, stdout, stderr } = await run([...asPid1, 'sh', '-c', script, 'sh', ...program], {
      env,
    })
    const output = readFileSync(join(files, 'output'), 'utf8')
    return { code, stderr, output, states: stdout.split('\n').filter(Boolean) }
  }

  const places: [string, string][] = [
    ["before the child's stat is read", '/proc/PID/stat'],
    ["before the child's threads are read", '/proc/PID/task'],
    ["before the child's children are read", '/proc/PID/task/PID/children'],
  ]

  it.each(places)('%s, brings no stranger into the list', async (_, at) => {
    const { code, stderr, output, states } = await besideThief(
      0,
      programs.command('listDuringTheft', [at]),
    )
    expect({ code, stderr, states }).toEqual({ code: 0, stderr: '', states: ['S', 'S'] })
    expect(JSON.parse(output)).toEqual({ paused: true, strangers: [] })
  })

  // Within one tick of the clock the stranger would have the start time of the child.
  it.each(places)('%s, has no stranger signalled', async (_, at) => {
    const { code, output, states } = await besideThief(
      2,
      programs.command('signalDuringTheft', [at]),
    )
    expect({ code, output, states }).toEqual({ code: 0, output: 'true\n', states: ['S', 'S'] })
  })

  it.each(places)('%s, has no stranger ended or named at exit', async (_, at) => {
    const listed = at !== places[0]?.[1]
    const program = programs.command('exitDuringTheft', [at, listed], nodeWithInit)
    const { code, output, states } = await besideThief(2, program)
    expect({ code, states }).toEqual({ code: 7, states: ['S', 'S'] })
    const [named, expected] = JSON.parse(output)
    expect(named).toEqual(expected)
  })
})

describe('a process that is adopted while the tree is read', () => {
  it.each([1, 2] as const)('is listed with its children, at generation %s', async (generation) => {
    const seen = await programs.evaluate('listDuringAdoption', [generation])
    expect(seen).toEqual({ paused: true, missing: [] })
  })
})

describe('the child of a thread that ends while the tree is read', () => {
  it('is listed, as it moves to another thread', async () => {
    const seen = await programs.evaluate('listDuringTheEndOfAThread', [])
    expect(seen).toEqual({ paused: true, isWorkers: true, found: true })
  })
})

describe('sexton/init at exit', () => {
  it('looks again for a while where no descriptor is left to look by', async () => {
    const outcome = await programs.run('exitWithoutDescriptors', [], {
      node: nodeWithInit,
      env: { SEXTON_GRACE: '20000' },
    })
    expect(outcome).toMatchObject({ code: 3, stdout: expect.stringContaining('terminated') })
  })
})
