import { describe, expect, it } from 'vitest'
import { descendants, spawn } from '../../../lib/index.js'
import { readStat } from '../../../lib/system/proc.js'
import { programFile } from '../../program-file.js'
import { Dialogue } from '../dialogue.js'
import { Stranger } from '../stranger.js'

const programs = await programFile<typeof import('./descendants.program.js')>(
  './descendants.program.ts',
  import.meta.url,
)

describe('descendants', () => {
  it('are the tree, parents before their children, without its root', async () => {
    // Each level prints its pid, and ends when its child has.
    const inner = 'echo $$; cat; true'
    await using tree = new Dialogue([
      'sh',
      '-c',
      `echo $$; sh -c 'echo $$; sh -c "${inner.replace('$$', '\\$\\$')}"; true'; true`,
    ])
    const pids = [await tree.line(), await tree.line(), await tree.line()].map(Number)
    const found = descendants().map(({ pid }) => pid)
    expect(found.slice(0, 3)).toEqual(pids)
    const parents = descendants(pids[0]).map(({ ppid }) => ppid)
    expect(parents.slice(0, 2)).toEqual([pids[0], pids[1]])
    expect(descendants(pids[0]).map(({ pid }) => pid)).not.toContain(pids[0])
    tree.stdin.end()
    await tree.end()
    expect(descendants()).toEqual([])
  })

  it('have a name, a state, a group, a session and a start time', async () => {
    const child = spawn('cat', [], { session: true })
    expect(descendants()).toEqual([
      {
        pid: child.pid,
        ppid: process.pid,
        name: 'cat',
        state: expect.stringMatching(/^[RSD]$/),
        processGroup: child.pid,
        session: child.pid,
        startTime: readStat(child.pid)?.startTime,
      },
    ])
    child.kill('SIGSTOP')
    await expect.poll(() => descendants()[0]?.state).toBe('T')
    child.kill('SIGKILL')
    await child.exited
  })

  it('include zombies', async () => {
    await using stranger = await Stranger.start()
    await stranger.exit(1)
    expect(descendants(stranger.parent)).toMatchObject([{ pid: stranger.pid, state: 'Z' }])
    await stranger.reap()
    expect(descendants(stranger.parent)).toEqual([])
  })

  it('are no one for a process without children, or without existence', async () => {
    const child = spawn('cat')
    expect(descendants(child.pid)).toEqual([])
    expect(descendants(4_194_304)).toEqual([])
    child.stdin?.end()
    await child.exited
  })

  it('hang on every thread, not only on the main one', async () => {
    const names = await programs.evaluate('listAllThreads', [])
    expect(names).toEqual(['cat', 'sleep'])
  })

  it('can be hundreds, and as deep', async () => {
    const deep =
      'n=$1; if [ $n -gt 0 ]; then sh -c "$0" "$0" $((n-1)); else echo deep; cat; fi; true'
    await using tree = new Dialogue(['sh', '-c', deep, deep, '150'])
    expect(await tree.line()).toBe('deep')
    expect(descendants(tree.pid).length).toBe(151)
    tree.stdin.end()
    await tree.end()
  })

  it.each([0, -1, 1.5, 4_194_305])('refuse the pid %s', (bad) => {
    expect(() => descendants(bad)).toThrow(RangeError)
  })

  it('refuse what is no number', () => {
    expect(() => descendants('1' as unknown as number)).toThrow(TypeError)
  })
})
