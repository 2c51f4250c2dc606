import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Bytes, type SpawnOptions, spawn } from '../../lib/index.js'
import { evaluate } from '../program.js'

const holed = <T>(...after: T[]): T[] => {
  const list: T[] = new Array(1)
  list.push(...after)
  return list
}

describe('A list with a hole', () => {
  it('as arguments is refused by the number of the hole', () => {
    expect(() => spawn('true', holed<Bytes>('a'))).toThrow(TypeError)
    expect(() => spawn('true', holed<Bytes>('a'))).toThrow('invalid argument 0 undefined: expected')
  })

  it.each<[string, () => SpawnOptions, string]>([
    ['env', () => ({ env: holed<Bytes>('A=b') }), 'invalid env[0] undefined: expected'],
    ['stdio', () => ({ stdio: holed<'pipe'>('pipe') }), 'invalid stdio[0] undefined: expected'],
    ['groups', () => ({ groups: holed(1) }), 'invalid group id undefined: expected'],
    ['ignoredSignals', () => ({ ignoredSignals: holed<number>(1) }), 'undefined'],
    ['blockedSignals', () => ({ blockedSignals: holed<number>(1) }), 'undefined'],
  ])('as %s is refused', (_, options, message) => {
    expect(() => spawn('true', [], options())).toThrow(TypeError)
    expect(() => spawn('true', [], options())).toThrow(message)
  })
})

const folder = mkdtempSync(join(tmpdir(), 'sexton-'))
const bytes = Buffer.concat([Buffer.from(`${folder}/d`), Buffer.of(0xff)])
const program = Buffer.concat([bytes, Buffer.from('/found-by-bytes')])
mkdirSync(bytes)
writeFileSync(program, '#!/bin/sh\nexit 6\n')
chmodSync(program, 0o755)
afterAll(() => rmSync(folder, { recursive: true }))

const PATH = Buffer.concat([Buffer.from('PATH='), bytes, Buffer.from(':/bin')])

describe('A PATH that is not UTF-8', () => {
  it.each<[string, SpawnOptions]>([
    ['in a record', { env: { A: 'PATH=/nowhere', PATH: PATH.subarray(5) } }],
    ['in a list', { env: ['A=PATH=/nowhere', PATH, 'PATH=/nowhere'] }],
  ])('%s is searched by its bytes', async (_, options) => {
    expect((await spawn('found-by-bytes', [], options).exited).code).toBe(6)
  })

  // The shell sets it, because Node cannot.
  it.each(['', ', { listenPid: true }'])(
    'of this process is searched by its bytes, with%s',
    async (options) => {
      const shell = `export PATH="$(printf '${folder}/d\\377'):$PATH"; exec "$@"`
      const code = await evaluate(
        `import { spawn } from 'sexton'
        const { code } = await spawn('found-by-bytes', []${options}).exited
        console.log(JSON.stringify(code))`,
        { prefix: ['sh', '-c', shell, 'sh'] },
      )
      expect(code).toBe(6)
    },
  )

  it('is what the child gets, not what its record hides', async () => {
    const env = Object.defineProperty({}, 'PATH', { enumerable: false, value: folder })
    const child = spawn('found-by-bytes', [], { env })
    await expect(child.exited).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' })
  })
})
