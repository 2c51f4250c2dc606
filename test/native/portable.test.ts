import { describe, expect, it } from 'vitest'
import { patience } from '../pace.mjs'
import { evaluate, run } from '../program.js'
import { buildCopy, type Exercise, exercise } from './build.js'

const PARTS = ['spawn', 'failures', 'raw', 'strangers', 'signals', 'workers']

describe('With the Linux files left out', () => {
  const title = 'it builds, and the portable back-ends spawn, wait, fail and hear signals'
  it(title, { timeout: patience(120_000) }, async () => {
    const folder = await buildCopy(['-Dsexton_portable=1'])
    for (const name of ['sigchld', 'poll']) {
      const options = { env: { SEXTON_BACKEND: name }, timeout: 30_000 }
      const outcome = await run(exercise(folder, ...PARTS), options)
      expect(outcome).toMatchObject({ code: 0, stderr: '' })
      const results = JSON.parse(outcome.stdout) as Exercise
      expect(results).toEqual(Object.fromEntries(PARTS.map((part) => [part, true])))
    }
    // And what cannot be had says so.
    const answers = await evaluate(
      `import { backend, subreaper, Zombies } from '${folder}/dist/index.js'
      const codeOf = (act) => { try { act() } catch (error) { return error.code } }
      const refused = [() => subreaper.enable(), () => new Zombies()].map(codeOf)
      console.log(JSON.stringify({ backend: backend(), refused }))`,
      { env: { SEXTON_BACKEND: '' } },
    )
    expect(answers).toEqual({ backend: 'sigchld', refused: ['ERR_UNSUPPORTED', 'ERR_UNSUPPORTED'] })
  })
})
