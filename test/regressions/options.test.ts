import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import {
  openProcess,
  reapUntil,
  Signals,
  type SpawnOptions,
  shutdown,
  spawn,
  waitForExit,
  Zombies,
} from '../../lib/index.js'
import { init } from '../../lib/init/init.js'

const me = process.pid

/** Each public function that takes options, called with these. */
const CALLERS: Record<string, (options: never) => unknown> = {
  'spawn()': (options) => spawn('/nonexistent', [], options),
  'waitForExit()': (options) => waitForExit(me, options),
  'reapUntil()': (options) => reapUntil(me, options),
  'openProcess()': (options) => openProcess(me, options),
  'shutdown()': (options) => shutdown(() => {}, options),
  'init()': (options) => init(options),
  Zombies: (options) => new Zombies(options),
  Signals: (options) => new Signals(['SIGUSR2'], options),
}

class Options {}

const NO_OPTIONS: [value: unknown, quoted: string][] = [
  [null, 'null'],
  [[], '[]'],
  [new Map([['signal', 1]]), '[Map]'],
  [new Options(), 'Options {}'],
  [new Date(0), '1970'],
  [new Error('x'), 'Error: x'],
  [() => {}, '[Function'],
  ['text', "'text'"],
]

async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  throw new Error('it was accepted')
}

describe.each(Object.entries(CALLERS))('%s', (name, call) => {
  it.each(NO_OPTIONS)('refuses %o as options', async (value, quoted) => {
    // A number of milliseconds may stand for the options there, and so nothing but an object does.
    const expected = name === 'waitForExit()' && /^(\[F|'t)/.test(quoted) ? 'timeout' : 'options'
    const message = await messageOf(() => call(value as never))
    expect(message).toContain(`invalid ${expected} `)
    expect(message).toContain(quoted)
  })

  it('refuses an option that it does not have', async () => {
    const message = await messageOf(() => call({ nonsense: 1 } as never))
    expect(message).toMatch(`${name} has no option 'nonsense': expected one of `)
  })

  it('refuses a signal that is none', async () => {
    if (name === 'openProcess()' || name === 'init()' || name === 'shutdown()') return
    for (const signal of [{}, null, 'SIGTERM', new AbortController()]) {
      const message = await messageOf(() => call({ signal } as never))
      expect(message).toMatch(/^invalid signal .*: expected an AbortSignal, for example /)
    }
  })
})

describe('an option of another library', () => {
  it.each([
    ['detached', '\nUse session: true.'],
    ['shell', "\nUse spawn('/bin/sh', ['-c', command])."],
    ['input', '\nUse child.stdin.end(input), or run().'],
    ['forceKillAfterDelay', '\nUse grace.'],
    ['nothrow', '\nLeave it out: exited resolves for any exit code.'],
    ['clearEnv', '\nUse cleanEnv.'],
    ['killsignal', "; did you mean 'killSignal'?"],
    ['toString', ': expected one of stdio, cwd, env, '],
  ])('%s is answered by what is right', async (option, answer) => {
    const message = await messageOf(() => spawn('true', [], { [option]: true }))
    expect(message).toContain(`spawn() has no option '${option}'${answer}`)
  })
})

describe('options', () => {
  it('may be undefined, each of them, known or not', async () => {
    const names = ['stdio', 'env', 'timeout', 'killSignal', 'signal', 'uid', 'shell', 'detached']
    const options = Object.fromEntries(names.map((name) => [name, undefined]))
    expect((await spawn('true', [], options).exited).code).toBe(0)
    new Zombies({ scope: undefined, signal: undefined } as object).close()
  })

  it('may inherit from others, come from another realm, or have no prototype', async () => {
    const defaults = Object.create({ stdio: 'ignore', env: Object.create(process.env) })
    const bare = Object.assign(Object.create(null), { stdio: 'ignore' })
    for (const options of [defaults, bare, runInNewContext("({ stdio: 'ignore' })")]) {
      const child = spawn('/bin/true', [], options as SpawnOptions)
      expect(child.stdout).toBeNull()
      expect((await child.exited).code).toBe(0)
    }
    const misspelt = Object.create({ timout: 1 })
    expect(await messageOf(() => spawn('true', [], misspelt))).toContain("did you mean 'timeout'?")
  })

  it('are not taken for the arguments', async () => {
    const message = await messageOf(() => spawn('true', { stdio: 'ignore' } as never))
    expect(message).toMatch(
      /^invalid args .*: expected an array, .*\nPass options as the third argument\.$/,
    )
  })

  it.each([
    ['timeout', null, 'invalid timeout null: expected 0 or more milliseconds'],
    ['grace', null, 'invalid grace null: expected 0 or more milliseconds'],
    ['killSignal', null, 'null'],
    ['rlimits', new Map([['nofile', 64]]), 'expected a plain object, for example { nofile: 64 }'],
    ['rlimits', ['nofile'], 'expected a plain object, for example { nofile: 64 }'],
  ])('of spawn() refuse %s: %o', async (name, value, expected) => {
    expect(await messageOf(() => spawn('true', [], { [name]: value }))).toContain(expected)
  })
})

describe('an environment', () => {
  it.each([
    [new Map([['TOKEN', 'secret']]), '[Map]'],
    [new URLSearchParams('A=b'), '[Object]'],
    [new Options(), 'Options {}'],
    [null, 'null'],
    ['A=b', "'A=b'"],
  ])('is refused as %o', async (env, quoted) => {
    const message = await messageOf(() => spawn('true', [], { env: env as never }))
    expect(message).toMatch(
      /^invalid env .*: expected a plain object, for example { NAME: 'value' }$/,
    )
    expect(message).toContain(quoted)
    expect(message).not.toContain('secret')
  })

  it.each(['A=B', '', '='])('is refused with the name %o', async (name) => {
    const message = await messageOf(() => spawn('true', [], { env: { [name]: 'x' } }))
    expect(message).toBe(
      `invalid name in env '${name}': expected a name without '=', for example 'PATH'`,
    )
  })

  it('may be the process’s own, or a list', async () => {
    for (const env of [process.env, { ...process.env }, ['PATH=/bin:/usr/bin']]) {
      expect((await spawn('true', [], { env }).exited).code).toBe(0)
    }
  })
})
