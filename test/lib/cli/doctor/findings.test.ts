import { describe, expect, it } from 'vitest'
import type { Corpse, Examination } from '../../../../lib/cli/doctor/examination.js'
import { judge } from '../../../../lib/cli/doctor/findings.js'
import { render } from '../../../../lib/cli/doctor/render.js'

const healthy: Examination = {
  ...{ pid: 7, name: 'node', command: ['node', 'app.js'], state: 'S', tracer: 0, init: false },
  ...{ subreaper: null, node: true, sexton: false, sigchld: 'handled', sigterm: 'handled' },
  ...{ handlesAll: false, waitsForChildren: false },
  ...{ kernel: '6.1.0', seccomp: 'none', backend: 'pidfd', zombies: [] },
  keeper: { path: '/p/sexton-keeper', error: null },
}
const corpse = (whose: Corpse['whose'], pid = 50): Corpse => ({
  ...{ pid, name: 'chrome', ageSeconds: 61, whose },
})

const said = (seen: Partial<Examination>) =>
  judge({ ...healthy, ...seen }).map(({ level, message, advice }) =>
    [level, message, ...(advice === undefined ? [] : [advice])].join(': '),
  )
const wrong = (seen: Partial<Examination>) => said(seen).filter((line) => line.startsWith('wrong'))

describe('judge', () => {
  it('finds nothing wrong with a healthy process', () => {
    expect(said({})).toEqual([
      'fine: it keeps no zombies',
      'fine: SIGCHLD is neither ignored nor blocked',
      'fine: it is not PID 1; it may or may not be a subreaper',
      'fine: back-end pidfd (Linux 6.1.0, seccomp: none)',
    ])
  })

  it.each<[string, Partial<Examination>, RegExp]>([
    [
      'of Node',
      { zombies: [corpse('adopted')] },
      /1 zombie adopted.*: start it with: node --import sexton\/init/,
    ],
    [
      'of Node with sexton',
      { zombies: [corpse('main')], sexton: true },
      /whether its event loop is blocked/,
    ],
    [
      'of another PID 1',
      { zombies: [corpse('adopted')], node: false, init: true },
      /pid1 -- COMMAND/,
    ],
    [
      'of another program',
      { zombies: [corpse('main')], node: false },
      /no init can reap them while it lives/,
    ],
    [
      'of a worker',
      { zombies: [corpse('worker')] },
      /terminate it, and sexton\/init in the main thread reaps them/,
    ],
  ])('says what to do about a zombie %s', (_, seen, advice) => {
    expect(wrong(seen)).toEqual([expect.stringMatching(advice)])
  })

  it('names each kind of zombie', () => {
    const zombies = [corpse('adopted'), corpse('worker'), corpse('adopted'), corpse('main')]
    expect(wrong({ zombies })).toEqual([
      expect.stringMatching(/2 zombies adopted/),
      expect.stringMatching(/1 zombie started by one of its living worker threads/),
      expect.stringMatching(/1 zombie started by its main thread/),
    ])
  })

  it.each<[string, Partial<Examination>, RegExp]>([
    ['an ignored SIGCHLD', { sigchld: 'ignored' }, /SIGCHLD is ignored/],
    ['a SIGCHLD blocked in Node', { sigchld: 'blocked' }, /blocked in every thread.*import sexton/],
    ['a stop', { state: 'T' }, /it is stopped.*kill -CONT/],
    ['a PID 1 without a handler', { init: true, sigterm: 'default' }, /SIGTERM has no effect/],
    ['a PID 1 that ignores SIGTERM', { init: true, sigterm: 'ignored' }, /SIGTERM has no effect/],
  ])('finds %s wrong', (_, seen, message) => {
    expect(wrong(seen)).toEqual([expect.stringMatching(message)])
  })

  it.each<[string, Partial<Examination>, RegExp]>([
    ['a tracer', { tracer: 9 }, /^note: process 9 traces it/],
    ['Node as PID 1 without an init', { init: true }, /^note: it is Node as PID 1/],
    [
      'a SIGCHLD that is blocked',
      { sigchld: 'blocked', node: false },
      /^note: SIGCHLD is blocked in every thread: it may or may not learn/,
    ],
    [
      'a SIGCHLD that is blocked in a wait for children',
      { sigchld: 'blocked', node: false, waitsForChildren: true },
      /^fine: SIGCHLD is blocked, but a thread waits for its children$/,
    ],
    ['a SIGCHLD that is awaited', { sigchld: 'awaited' }, /^fine: it waits for SIGCHLD/],
    ['a hidden SIGCHLD', { sigchld: 'unknown' }, /^fine: SIGCHLD is neither/],
    [
      'a SIGTERM that every thread of PID 1 blocks',
      { init: true, sigterm: 'blocked' },
      /^note: SIGTERM may or may not reach it: every thread blocks it/,
    ],
    [
      'a PID 1 that may not be traced',
      { init: true, sigterm: 'unknown' },
      /^note: SIGTERM may or may not reach it: .*: run sexton doctor as root$/,
    ],
    [
      'a PID 1 with a handler',
      { init: true, node: false },
      /^fine: SIGTERM reaches it: it has a handler$/,
    ],
    [
      'a PID 1 that awaits SIGTERM',
      { init: true, node: false, sigterm: 'awaited' },
      /^fine: SIGTERM reaches it: it waits for it$/,
    ],
    ['sexton/init as PID 1', { init: true, handlesAll: true }, /^fine: SIGTERM reaches it/],
    ['another back-end', { backend: 'sigchld' }, /^note: back-end sigchld.*pidfd_open/],
    [
      'no keeper',
      { keeper: { path: '/p/sexton-keeper', error: 'ENOENT' } },
      /^note: the keeper is missing .* \(stat '\/p\/sexton-keeper': ENOENT\): build it, .*node-gyp/,
    ],
    [
      'a keeper that it may not look for',
      { keeper: { path: '/p/sexton-keeper', error: 'EACCES' } },
      /^note: the keeper may or may not .*: stat '\/p\/sexton-keeper': EACCES: let this user search/,
    ],
    ['no keeper of another process', { keeper: null }, /^fine: back-end pidfd/],
    ['another sandbox', { backend: null, seccomp: 'filter' }, /^note: its back-end.*inside/],
    ['a subreaper', { subreaper: true }, /^fine: it is not PID 1; it is a subreaper/],
    ['no subreaper', { subreaper: false }, /^fine: it is not PID 1; it is not a subreaper/],
  ])('notes %s', (_, seen, message) => {
    expect(said(seen)).toContainEqual(expect.stringMatching(message))
    expect(wrong(seen)).toEqual([])
  })
})

describe('render', () => {
  const look = { unicode: true, colour: false }

  it('says what is wrong first, and lists the zombies', () => {
    const seen = { ...healthy, zombies: [corpse('adopted'), corpse('main', 51)] }
    const lines = render(seen, judge(seen), look)
    expect(lines[0]).toBe('7  node app.js')
    expect(lines.slice(1, 3)).toEqual([
      'WRONG  1 zombie adopted: orphans that it did not start',
      '       → start it with: node --import sexton/init',
    ])
    expect(lines.slice(-2)).toEqual([
      '       50  [chrome]  started 1m01s ago, adopted',
      '       51  [chrome]  started 1m01s ago, main or adopted',
    ])
  })

  it('shows ten zombies, and how many more there are', () => {
    const zombies = Array.from({ length: 14 }, (_, i) => corpse('main', 50 + i))
    const lines = render({ ...healthy, zombies }, [], look)
    expect(lines).toHaveLength(12)
    expect(lines.at(-1)).toBe('       and 4 more')
  })

  it('lets no process draw on the terminal', () => {
    const hostile = {
      ...healthy,
      command: ['\x1b[2J', 'a\nb'],
      zombies: [{ ...corpse('main'), name: '\x07' }],
    }
    const text = render(hostile, [], look).join(' ')
    expect(text).not.toMatch(/\p{Cc}/u)
    expect(text).toContain('\\x1b[2J a\\nb')
  })

  it('has colours where they are wanted, and ASCII where it must be', () => {
    const seen = { ...healthy, state: 'T' }
    const [, coloured] = render(seen, judge(seen), { unicode: true, colour: true })
    expect(coloured?.startsWith('\x1b[31mWRONG')).toBe(true)
    expect(render(seen, judge(seen), { unicode: false, colour: false })[2]).toMatch(/^ {7}-> /)
  })
})
