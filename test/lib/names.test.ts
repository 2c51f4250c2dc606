import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../program.js'

// Tests of no file: they hold the order of all.
const OF_THE_WHOLE = ['imports', 'names']

function filesIn(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  const ours = names.filter((name) => !name.includes('node_modules'))
  return ours.filter((name) => pattern.test(name)).map((name) => join(folder, name))
}

function hasSubject(test: string): boolean {
  const folder = dirname(test).replace(/^test\//, '')
  const name = basename(test).replace(/\.(test|program)\.ts$/, '')
  if (folder === 'lib') return OF_THE_WHOLE.includes(name)
  const subjects = readdirSync(join(root, folder)).map((file) => basename(file, '.ts'))
  return subjects.some((subject) => name === subject || name.startsWith(`${subject}-`))
}

describe('The tests of lib/', () => {
  it('begin with the name of a file in the same room', () => {
    const tests = filesIn('test/lib', /\.(test|program)\.ts$/)
    expect(tests.filter((test) => !hasSubject(test))).toEqual([])
  })
})

describe('Comments and pages', () => {
  const pages = ['CONTRIBUTING.md', 'README.md', 'SECURITY.md']
  const folders = ['lib', 'native', 'docs', 'test', 'packaging', 'benchmarks']
  const texts = [...pages, ...folders.flatMap((name) => filesIn(name, /\.(\w?ts|mjs|cc|h|c|md)$/))]

  it('name files that exist', () => {
    const stale = texts.flatMap((text) => {
      const paths = readFileSync(join(root, text), 'utf8').matchAll(
        /(?<![\w./-])(?:lib|native|test|docs|packaging|benchmarks)\/[\w./-]+\.(?:ts|mjs|cc|h|c|md)\b/g,
      )
      const missing = [...paths].filter(([path]) => !existsSync(join(root, path)))
      return missing.map(([path]) => `${text} names ${path}`)
    })
    expect(stale).toEqual([])
  })
})
