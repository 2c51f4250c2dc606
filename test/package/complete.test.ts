import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root, run } from '../program.js'

// A copy of what `npm publish` and `npm pack` run, without any compiled file.
const folder = mkdtempSync(join(tmpdir(), 'sexton-complete-'))
for (const name of ['packaging', 'native/keeper/musl.mjs']) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  cpSync(join(root, name), join(folder, name), { recursive: true })
}
afterAll(() => rmSync(folder, { recursive: true }))

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const OWNERS = { repository: 'r', homepage: 'h', bugs: 'b', author: 'a' }

function complete(fields: object, ...words: string[]) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, ...fields }))
  return run([process.execPath, join(folder, 'packaging', 'complete.mjs'), ...words])
}

describe('Publishing', () => {
  it('is refused in one line while only the owner knows some fields', async () => {
    const nothing = { repository: undefined, homepage: '', bugs: 'b', author: 'a' }
    const { code, stderr } = await complete(nothing)
    expect(code).toBe(1)
    const [line, next] = stderr.split('\n')
    expect(line).toBe('package.json lacks repository, homepage: its owner adds them')
    expect(next).toBe('linux-x64-glibc: is missing')
  })

  it('is refused without an addon', async () => {
    const { code, stderr } = await complete(OWNERS)
    expect(code).toBe(1)
    expect(stderr).not.toContain('package.json')
    expect(stderr).toContain('darwin-arm64: is missing')
  })
})

describe('Packing', () => {
  it('warns without an addon', async () => {
    const { code, stdout, stderr } = await complete({}, '--warn')
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/^sexton: warning: the package has no addon for linux-x64-glibc, .*\n$/)
  })
})

it('The package has no script that an installation would run', () => {
  const { scripts, gypfile } = manifest
  expect(gypfile).toBe(false)
  expect(Object.keys(scripts).filter((name) => /install$|^prepare$/.test(name))).toEqual([])
})
