import { describe, expect, it } from 'vitest'
import { type SpawnOptions, spawn } from '../../../lib/index.js'
import { programFile } from '../../program-file.js'
import { read } from '../output.js'

const programs = await programFile<typeof import('./spawn-environment.program.js')>(
  './spawn-environment.program.ts',
  import.meta.url,
)

// Adds a variable, and one whose bytes are not UTF-8.
const prefix = ['env', 'A=1', 'sh', '-c', 'RAW=$(printf "a\\377b"); export RAW; exec "$@"', 'sh']

async function printed(options: SpawnOptions): Promise<string> {
  const child = spawn('/usr/bin/env', [], options)
  const [output] = await Promise.all([read(child.stdout), child.exited])
  return output
}

describe('env', () => {
  it('adds to the environment, whose other bytes stay the same', async () => {
    const { plain, added, listed, removed, naming } = await programs.evaluate('change', [], {
      prefix,
    })
    expect(plain).toContain('RAW=a\xffb')
    expect(added).toEqual([...plain, 'ADDED=yes'])
    const others = plain.filter((entry) => !entry.startsWith('A='))
    expect(others).toHaveLength(plain.length - 1)
    expect(listed).toEqual([...others, 'ADDED=yes', 'A=over', 'A=twice'])
    expect(removed).toEqual(others.filter((entry) => !entry.startsWith('RAW=')))
    expect(naming.at(-1)).toMatch(/^LISTEN_PID=[1-9]\d*$/)
    expect(naming.slice(0, -1)).toEqual(plain)
  })

  it('adds to what the environment is at that moment', async () => {
    const { before, exchanged, after, replaced } = await programs.evaluate('follow', [], { prefix })
    expect(before).toContain('A=1')
    expect(exchanged).toEqual(before.map((entry) => (entry === 'A=1' ? 'A=2' : entry)))
    expect([...after].sort()).toEqual(
      [...before.filter((entry) => entry !== 'A=1'), 'A=changed', 'LATER=word'].sort(),
    )
    expect(replaced).toEqual(['ONLY=this', 'A=over'])
  })

  it('adds to the environment of its worker', async () => {
    const output = await programs.evaluate('changeInWorker', [])
    expect(output.sort()).toEqual(['B=b', 'C=c', expect.stringMatching(/^PATH=/)])
  })

  it('removes only a variable of that name', async () => {
    process.env.SEXTON_A = '1'
    process.env.SEXTON_AB = '2'
    const output = await printed({ env: { SEXTON_A: undefined } })
    expect(output).not.toMatch(/^SEXTON_A=/m)
    expect(output).toMatch(/^SEXTON_AB=2$/m)
    delete process.env.SEXTON_A
    delete process.env.SEXTON_AB
  })

  it('takes names and values beyond ASCII', async () => {
    process.env.SEXTON_Ä = 'old'
    const output = await printed({ env: { SEXTON_Ä: 'ö' } })
    expect(output.match(/^SEXTON_Ä=.*$/gm)).toEqual(['SEXTON_Ä=ö'])
    delete process.env.SEXTON_Ä
  })

  it('refuses NUL in the name of a variable to remove', () => {
    const env = { 'A\0': undefined }
    expect(() => spawn('true', [], { env })).toThrow('expected no NUL byte')
  })

  it.each(['', 'A=B'])('removes no variable with the name %o', (name) => {
    expect(() => spawn('true', [], { env: { [name]: undefined } })).toThrow(TypeError)
  })
})

describe('cleanEnv', () => {
  it('leaves nothing but env', async () => {
    expect(await printed({ env: { A: '1', B: undefined }, cleanEnv: true })).toBe('A=1\n')
    expect(await printed({ env: ['A=1', 'A=2'], cleanEnv: true })).toBe('A=1\nA=2\n')
    expect(await printed({ cleanEnv: true })).toBe('')
  })
})
