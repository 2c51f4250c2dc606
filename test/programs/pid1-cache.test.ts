import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lacks, lacksRoot } from '../needs.js'
import { asNobody, root, run } from '../program.js'

let directory: string
let program: string

// A package of its own, whose first run is ours.
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sexton-cache-'))
  chmodSync(directory, 0o755)
  mkdirSync(join(directory, 'dist'))
  const isCache = (path: string) => path.includes('.cache')
  cpSync(join(root, 'dist', 'cli'), join(directory, 'dist', 'cli'), {
    recursive: true,
    filter: (path) => !isCache(path),
  })
  // Copies: another user may not read where the tests lie.
  for (const name of ['build/Release/sexton.node', 'package.json']) {
    cpSync(join(root, name), join(directory, name))
  }
  program = join(directory, 'dist', 'cli', 'pid1.js')
})
afterEach(() => rmSync(directory, { recursive: true }))

const exits = (code: number, prefix: readonly string[] = []) =>
  run([program, '-s', 'sh', '-c', `exit ${code}`], { prefix })

const folder = () => join(directory, 'dist', 'cli')
const caches = () => readdirSync(folder()).filter((name) => name.includes('.cache'))
const onlyCache = () => {
  expect(caches()).toEqual([expect.stringMatching(/^pid1-program\.js-.*\.cache$/)])
  return join(folder(), caches()[0] as string)
}

describe('The code cache of pid1', () => {
  it.skipIf(lacks('strace'))('is made by the first run and used by the next', async () => {
    expect(await exits(3)).toMatchObject({ code: 3 })
    const cache = onlyCache()
    const before = readFileSync(cache)
    expect(await exits(4)).toMatchObject({ code: 4 })
    expect(readFileSync(onlyCache()).equals(before)).toBe(true)
    const { stdout } = await run([program, '-s', 'true'], { prefix: ['strace', '-fo', '|cat'] })
    expect(stdout).toContain(`"${cache}", O_RDONLY`)
    expect(stdout).not.toMatch(/\.cache-\d+", O_WRONLY/)
  })

  it('is made whole, and once, where forty start at the same time', async () => {
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => exits(i)))
    expect(outcomes.map(({ code }) => code)).toEqual(Array.from({ length: 40 }, (_, i) => i))
    onlyCache()
  })

  it('is passed over when it is empty, cut off, or something else', async () => {
    await exits(0)
    const cache = onlyCache()
    const whole = readFileSync(cache)
    for (const bytes of [whole.subarray(0, 0), whole.subarray(0, 5000), Buffer.alloc(9999, 'x')]) {
      writeFileSync(cache, bytes)
      expect(await exits(5)).toMatchObject({ code: 5, stderr: '' })
    }
  })

  it.skipIf(lacksRoot())(
    'is done without where it cannot be written, and leaves nothing',
    async () => {
      const prefix = ['sh', '-c', 'umask 022; exec "$@"', 'sh', ...asNobody]
      expect(await exits(6, prefix)).toMatchObject({ code: 6, stderr: '' })
      expect(caches()).toEqual([])
    },
  )

  it('is done without where the disk is full, and leaves nothing', async () => {
    for (const blocks of [0, 1]) {
      const prefix = ['sh', '-c', `ulimit -f ${blocks}; exec "$@"`, 'sh']
      expect(await exits(6, prefix)).toMatchObject({ code: 6, stderr: '' })
      expect(caches()).toEqual([])
    }
  })

  it('lies beside the program, though links are not to be followed', async () => {
    const link = join(directory, 'pid1')
    symlinkSync(program, link)
    const env = { NODE_PRESERVE_SYMLINKS_MAIN: '1' }
    expect(await run([link, '-s', 'sh', '-c', 'exit 9'], { env })).toMatchObject({ code: 9 })
    onlyCache()
  })

  it('can be read by everyone, whatever the umask of the one who made it', async () => {
    expect(await exits(7, ['sh', '-c', 'umask 077; exec "$@"', 'sh'])).toMatchObject({ code: 7 })
    expect(statSync(onlyCache()).mode & 0o777).toBe(0o644)
    expect(await exits(8, asNobody)).toMatchObject({ code: 8, stderr: '' })
  })
})
