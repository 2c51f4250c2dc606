import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { type Outcome, root, run } from '../program.js'

const folder = mkdtempSync(join(tmpdir(), 'sexton-missing-'))
const platform = `${process.platform}-${process.arch}`
const prebuilds = join(folder, 'prebuilds')

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const name of ['dist', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function ship(path: string): void {
  const file = join(prebuilds, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, 'not an addon')
}

function load(): Promise<Outcome> {
  const source = `try { require(${JSON.stringify(folder)}) } catch ({ name, code, message, path }) {
    console.log(JSON.stringify({ name, code, message, path }))
  }`
  return run([process.execPath, '--eval', source])
}

const ADVICE = `
To compile the addon, which needs Python, make and a C++17 compiler:
  npx node-gyp rebuild --directory '${folder}/native'`

it('lists the addons and says how to make one, without one', async () => {
  for (const path of ['sunos-x64/sexton.node', 'linux-ppc64/sexton.musl.node']) ship(path)
  const { name, code, message } = JSON.parse((await load()).stdout)
  expect({ name, code }).toEqual({ name: 'SextonError', code: 'ERR_UNSUPPORTED' })
  expect(message).toMatch(new RegExp(`^sexton has no addon for ${platform} \\(glibc [\\d.]+\\): `))
  expect(message).toContain(`: the package came with linux-ppc64 (musl), sunos-x64${ADVICE}`)
})

it('Without any, it says so', async () => {
  expect(JSON.parse((await load()).stdout).message).toContain(
    `: the package came without prebuilt addons${ADVICE}`,
  )
})

it('says why an addon does not load, and how to choose the C library', async () => {
  ship(`${platform}/sexton.glibc.node`)
  const path = join(prebuilds, platform, 'sexton.glibc.node')
  const { name, code, message, ...rest } = JSON.parse((await load()).stdout)
  expect({ name, code }).toEqual({ name: 'SextonError', code: 'ERR_UNSUPPORTED' })
  expect(rest).toEqual({ path })
  expect(message).toMatch(/^sexton's addon does not load on \S+ \(glibc [\d.]+\): .*file too short/)
  expect(message).toContain('\nTo choose the C library, set LIBC=musl or LIBC=glibc.')
  expect(message).toContain(ADVICE)
})

// Nothing else: no line of the bundle, no stack.
it.each([
  ['pid1', 126, ['-s', 'true']],
  ['sexton', 1, ['tree']],
])('%s ends with the same message and %i', async (name, exitCode, words) => {
  const { code, stdout, stderr } = await run([join(folder, 'dist', 'cli', `${name}.js`), ...words])
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
  expect(stderr.startsWith(`${name}: sexton has no addon for ${platform}`)).toBe(true)
  expect(stderr.endsWith(`: the package came without prebuilt addons${ADVICE}\n`)).toBe(true)
  expect(stderr.trim().split('\n')).toHaveLength(3)
})
