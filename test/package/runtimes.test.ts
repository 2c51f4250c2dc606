import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runtime } from '../node-versions.mjs'
import { root, run } from '../program.js'

// Where sexton cannot work it says so when it is loaded, not by a crash at the first spawn.

const entry = (name: string) => JSON.stringify(pathToFileURL(`${root}dist/${name}`).href)

const LOADS = `
const errors = []
for (const url of [${['index.js', 'init.js', 'index.cjs'].map(entry).join(', ')}]) {
  await import(url).catch(({ name, code, message }) => errors.push({ name, code, message }))
}
console.log(JSON.stringify(errors))`

describe.each([
  { name: 'bun', title: 'Bun', evaluate: ['--eval'], start: [] },
  { name: 'deno', title: 'Deno', evaluate: ['eval'], start: ['run', '--allow-all'] },
] as const)('$title', ({ name, title, evaluate, start }) => {
  const file = runtime(name)
  const refusal = new RegExp(`sexton needs Node.js: ${title} [\\d.]+ lacks libuv's event loop`)

  it('gets an error when it loads the library', async () => {
    const { code, stdout } = await run([file, ...evaluate, LOADS])
    expect(code).toBe(0)
    const error = {
      name: 'SextonError',
      code: 'ERR_UNSUPPORTED',
      message: expect.stringMatching(refusal),
    }
    expect(JSON.parse(stdout)).toEqual([error, error, error])
  })

  it('gets the same from the programs', async () => {
    for (const program of ['sexton', 'pid1']) {
      const outcome = await run([file, ...start, `${root}dist/cli/${program}.js`, 'tree'])
      expect(outcome.code).not.toBe(0)
      expect(outcome.stderr).toMatch(refusal)
    }
  })
})
