import { describe, expect, it } from 'vitest'
import { lacks } from '../needs.js'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./spawn-environment.program.js')>(
  './spawn-environment.program.ts',
  import.meta.url,
)

// Two variables that stay as they are: one is not UTF-8, one is no identifier.
const withRawBytes = ['env', 'sh', '-c', 'RAW=$(printf "a\\377b") exec env "odd name=1" "$@"', 'sh']

describe('the default environment', () => {
  it('is whole while a worker changes it', { timeout: 120_000 }, async () => {
    const { spawns, ...faults } = await programs.evaluate('spawnDuringChanges', [], {
      prefix: withRawBytes,
      timeout: 100_000,
    })
    expect(spawns).toBeGreaterThanOrEqual(150)
    expect(faults).toEqual({ failures: [], strange: [], lacking: [] })
  })

  const refusing = [
    ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=process_vm_readv'],
    ...['-e', 'inject=process_vm_readv:error=EPERM'],
  ]
  const ways: [string, string[]][] = [['', []]]
  if (!lacks('strace')) ways.push([' where the kernel refuses process_vm_readv', refusing])

  it.each(ways)('has the exact bytes%s', async (_, prefix) => {
    const result = await programs.evaluate('changeAndUndo', [], {
      prefix: [...prefix, ...withRawBytes],
    })
    const { own } = result
    expect(own).toContain('RAW=a\xffb')
    expect(own).toContain('odd name=1')
    const added = [...(own ?? []), 'ADDED=word']
    expect(result).toEqual({ own, plain: own, added, again: own, listening: own })
  })

  it('is the object that was put in the place of process.env', async () => {
    expect(await programs.evaluate('replaceProcessEnv', [])).toEqual({
      inherited: true,
      plain: ['ONLY=this'],
      keys: ['ONLY'],
      proxied: ['ONLY=this and that'],
    })
  })
})

describe('env', () => {
  it('counts inherited properties, as child_process does', async () => {
    const [ours, theirs] = await programs.evaluate('inheritProperties', [])
    expect(ours).toEqual(['OWN=1', 'INHERITED=yes'])
    expect(ours).toEqual(theirs)
  })
})
