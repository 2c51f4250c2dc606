import { describe, expect, it } from 'vitest'
import { patience } from '../../pace.mjs'
import { asPid1, evaluate, nodeWithInit, run } from '../../program.js'

const prologue = `
  import { spawn } from 'node:child_process'
  import { once } from 'node:events'
  import { subscribe } from 'node:diagnostics_channel'
  import { subreaper } from 'sexton'
  import { dead, orphans } from './test/fixtures/orphans.mjs'
  import { becomes, zombies } from './test/soak/fixtures/proc.mjs'
  const say = (value) => console.log(JSON.stringify(value))
`
const inProgram = <T>(source: string, options: Parameters<typeof evaluate>[1] = {}) =>
  evaluate<T>(prologue + source, { node: nodeWithInit, timeout: 20_000, ...options })

const reapsSixtyFour = `
  const { init } = await import('sexton/init')
  const { pids, end } = await orphans(64, 3)
  end()
  await becomes(() => init.stats().reaped === 64)
  say({ ...init.stats(), left: zombies().length, known: pids.length })`

describe('a Node program that is its own init', () => {
  it.each([
    ['PID 1', asPid1],
    ['subreaper', []],
  ])('reaps the orphans that it adopts, as %s', async (_, prefix) => {
    expect(await inProgram(reapsSixtyFour, { prefix })).toEqual({
      ...{ reaped: 64, adopted: 64, abandoned: 0, pending: 0 },
      ...{ left: 0, known: 64 },
    })
  })

  it('would keep them as zombies without: that is the problem', async () => {
    const left = await inProgram(
      `
      const { pids, end } = await orphans(64, 3)
      end()
      await dead(pids)
      const died = performance.now()
      while (performance.now() - died < 1500) await new Promise((resolve) => setTimeout(resolve, 50))
      say(zombies().length)`,
      { node: [process.execPath], prefix: asPid1 },
    )
    expect(left).toBe(64)
  })

  it.each([
    ['import', "import 'sexton/init'"],
    [
      'require',
      "import { createRequire } from 'node:module'; createRequire(process.cwd() + '/')('sexton/init')",
    ],
  ])('is that by one line, too, with %s', async (_, line) => {
    const stats = await inProgram<object>(line + reapsSixtyFour, { node: [process.execPath] })
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
    const result = await inProgram(
      `
      const { pids, end } = await orphans(8, 3)
      end()
      await dead(pids)
      await import('sexton/init')
      say(await becomes(() => zombies().length === 0))`,
      { node: [process.execPath] },
    )
    expect(result).toBe(true)
  })

  it('ends when it has nothing to do, and at once', async () => {
    const start = performance.now()
    expect(await run([...nodeWithInit, '--eval', '0'])).toMatchObject({ code: 0, stderr: '' })
    expect(performance.now() - start).toBeLessThan(patience(5000))
  })
})

describe('the options', () => {
  it('turn the subreaper off by SEXTON_SUBREAPER=0, and on and off by init()', async () => {
    const result = await inProgram(
      `
      const { init } = await import('sexton/init')
      const states = [subreaper.enabled]
      init({ subreaper: true })
      states.push(subreaper.enabled)
      init({ foreignChildDelay: 5 })
      states.push(subreaper.enabled)
      init({ subreaper: false })
      states.push(subreaper.enabled)
      say(states)`,
      { env: { SEXTON_SUBREAPER: '0' } },
    )
    expect(result).toEqual([false, true, true, false])
  })

  it('leave PID 1 without the attribute, which it does not need', async () => {
    expect(await inProgram('say(subreaper.enabled)', { prefix: asPid1 })).toBe(false)
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
  ])('tell at the start of a bad %s', async (name, value, message) => {
    const outcome = await run([...nodeWithInit, '--eval', '0'], { env: { [name]: value } })
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain(`RangeError: ${message}`)
  })

  it.each([
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
  ])('refuse %s, and change nothing', async (options, name, message) => {
    const result = await inProgram(`
      const { init } = await import('sexton/init')
      try { init({ subreaper: false, ...${options} }) } catch ({ name, message }) {
        say([name, message, subreaper.enabled])
      }`)
    expect(result).toEqual([name, message, true])
  })

  it('refuse null with a reason, and what is no object', async () => {
    const result = await inProgram(`
      const { init } = await import('sexton/init')
      say([null, 5].map((options) => { try { init(options) } catch ({ message }) { return message } }))`)
    expect(result).toEqual([
      'invalid options null: expected a plain object, for example { foreignChildDelay: … }',
      'invalid options 5: expected a plain object, for example { foreignChildDelay: … }',
    ])
  })

  it('fail in a worker with a clear error; the import is harmless', async () => {
    const result = await inProgram(`
      import { Worker } from 'node:worker_threads'
      const worker = new Worker(\`
        const { parentPort } = await import('node:worker_threads')
        const { init } = await import('sexton/init')
        try { init() } catch ({ code }) { parentPort.postMessage(code) }\`, { eval: true })
      say((await once(worker, 'message'))[0])`)
    expect(result).toBe('ERR_UNSUPPORTED')
  })
})

describe('diagnostics_channel', () => {
  it('tells of each orphan, with its name, and how it ended', async () => {
    const result = await inProgram(`
      const told = []
      subscribe('sexton:adopted', (message) => told.push(['adopted', message]))
      subscribe('sexton:reaped', ({ status, origin }) => told.push(['reaped', status.pid, status.code, origin]))
      const { pids: [pid], end } = await orphans(1, 9)
      end()
      await becomes(() => told.length === 2)
      say(told.map((entry) => JSON.stringify(entry).replaceAll(String(pid), 'PID')))`)
    expect(result).toEqual(['["adopted",{"pid":PID,"name":"sh"}]', '["reaped",PID,9,"adopted"]'])
  })
})
