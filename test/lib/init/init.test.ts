import { describe, expect, it } from 'vitest'
import { patience } from '../../pace.mjs'
import { asPid1, nodeWithInit, run } from '../../program.js'
import { programFile } from '../../program-file.js'
import type { BadOptions } from './init.program.js'

const programs = await programFile<typeof import('./init.program.js')>(
  './init.program.ts',
  import.meta.url,
)

const withInit = { node: nodeWithInit }

describe('a Node program that is its own init', () => {
  it.each([
    ['PID 1', asPid1],
    ['subreaper', []],
  ])('reaps the orphans that it adopts, as %s', async (_, prefix) => {
    expect(await programs.evaluate('reapSixtyFour', [], { ...withInit, prefix })).toEqual({
      ...{ reaped: 64, adopted: 64, abandoned: 0, pending: 0 },
      ...{ left: 0, known: 64 },
    })
  })

  it('would keep them as zombies without: that is the problem', async () => {
    const left = await programs.evaluate('keepZombies', [], { prefix: asPid1 })
    expect(left).toBe(64)
  })

  it.each(['import', 'require'] as const)('is that by one line, too, with %s', async (how) => {
    const stats = await programs.evaluate('reapSixtyFour', [how])
    expect(stats).toMatchObject({ reaped: 64, left: 0 })
  })

  it('is that by --require, and in its Node children by NODE_OPTIONS', async () => {
    const source = `console.log(require('sexton').subreaper.enabled)
      if (!process.argv[1]) require('child_process').fork('-e', ['x'], { execArgv: ['-e', '0'] })`
    const required = await run([process.execPath, '--require', 'sexton/init', '--eval', source])
    expect(required).toMatchObject({ code: 0, stdout: 'true\n' })
    const env = { NODE_OPTIONS: '--import=sexton/init' }
    const nested = `require('child_process').execFileSync(process.execPath,
      ['-p', 'require("sexton").subreaper.enabled'], { stdio: 'inherit' })`
    expect(await run([process.execPath, '--eval', nested], { env })).toMatchObject({
      stdout: 'true\n',
      code: 0,
    })
  })

  it('reaps what died before it was one', async () => {
    expect(await programs.evaluate('loadAfterDeaths', [])).toBe(true)
  })

  it('ends when it has nothing to do, and at once', async () => {
    const start = performance.now()
    expect(await run([...nodeWithInit, '--eval', '0'])).toMatchObject({ code: 0, stderr: '' })
    expect(performance.now() - start).toBeLessThan(patience(5000))
  })
})

describe('the options', () => {
  it('turn the subreaper off by SEXTON_SUBREAPER=0, and on and off by init()', async () => {
    const env = { SEXTON_SUBREAPER: '0' }
    const result = await programs.evaluate('switchSubreaper', [], { ...withInit, env })
    expect(result).toEqual([false, true, true, false])
  })

  it('leave PID 1 without the attribute, which it does not need', async () => {
    const options = { ...withInit, prefix: asPid1 }
    expect(await programs.evaluate('isSubreaper', [], options)).toBe(false)
  })

  it.each([
    ['SEXTON_SUBREAPER', 'yes', "invalid SEXTON_SUBREAPER 'yes': expected 0 or 1"],
    [
      'SEXTON_FOREIGN_CHILD_DELAY',
      '-1',
      "invalid SEXTON_FOREIGN_CHILD_DELAY '-1': expected milliseconds, for example 5000, or Infinity",
    ],
    [
      'SEXTON_GRACE',
      '5s',
      "invalid SEXTON_GRACE '5s': expected milliseconds, for example 5000, or Infinity",
    ],
    ['SEXTON_REPORT', 'all', "invalid SEXTON_REPORT 'all': expected 0 or 1"],
  ])('tell at the start of a bad %s', async (name, value, message) => {
    const outcome = await run([...nodeWithInit, '--eval', '0'], { env: { [name]: value } })
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain(`RangeError: ${message}`)
  })

  it.each<[BadOptions, string, string]>([
    [
      '{ foreignChildDelay: -1 }',
      'RangeError',
      'invalid foreignChildDelay -1: expected 0 or more milliseconds, for example 5000, or Infinity',
    ],
    [
      "{ foreignChildDelay: '1' }",
      'TypeError',
      "invalid foreignChildDelay '1': expected 0 or more milliseconds, for example 5000, or Infinity",
    ],
    [
      '{ grace: NaN }',
      'RangeError',
      'invalid grace NaN: expected 0 or more milliseconds, for example 5000, or Infinity',
    ],
    ['{ subreaper: 1 }', 'TypeError', 'invalid subreaper 1: expected true or false'],
    ["{ report: 'all' }", 'TypeError', "invalid report 'all': expected true or false"],
  ])('refuse %s, and change nothing', async (options, name, message) => {
    const result = await programs.evaluate('refuse', [options], withInit)
    expect(result).toEqual([name, message, true])
  })

  it('refuse null with a reason, and what is no object', async () => {
    const result = await programs.evaluate('refuseAll', [[null, 5]], withInit)
    expect(result).toEqual([
      'invalid options null: expected a plain object, for example { foreignChildDelay: … }',
      'invalid options 5: expected a plain object, for example { foreignChildDelay: … }',
    ])
  })

  it('fail in a worker with a clear error; the import is harmless', async () => {
    const code = await programs.evaluate('startInitInWorker', [], withInit)
    expect(code).toBe('ERR_UNSUPPORTED')
  })
})

describe('diagnostics_channel', () => {
  it('tells of each orphan, with its name, and how it ended', async () => {
    const result = await programs.evaluate('tellOfOrphan', [], withInit)
    expect(result).toEqual(['["adopted",{"pid":PID,"name":"sh"}]', '["reaped",PID,9,"adopted"]'])
  })
})
