import { strict as assert } from 'node:assert'
import { readdirSync } from 'node:fs'
import fc, { type Arbitrary } from 'fast-check'
import { spawn } from '../../../lib/spawn/spawn.js'
import { binding } from '../../../lib/system/binding.js'
import { revive } from '../revive.mjs'
import { VALID } from '../spawn-validity.js'
import type { Target } from '../target.js'
import { anything, bytes, number, text } from '../values.js'

interface Call {
  file: unknown
  args: unknown
  options: Record<string, unknown>
}

const string = fc.oneof(
  text(12),
  bytes(8),
  bytes(8).map((held) => ({ $bytes: held })),
)
const flag = fc.constantFrom(true, false)
const signal = fc.oneof(number, fc.constantFrom('SIGTERM', 'SIGRTMIN+3', 'TERM', 'SIG32', ''))
const kind = fc.oneof(fc.constantFrom('pipe', 'ignore', 'inherit', 'readable', 'no'), number)
const limit = fc.oneof(number, fc.record({ soft: number, hard: number }))

// What each may be, or may nearly be.
const LIKELY: Readonly<Record<string, Arbitrary<unknown>>> = {
  argv0: string,
  cwd: string,
  env: fc.oneof(fc.array(string), fc.dictionary(text(6), string)),
  stdio: fc.oneof(kind, fc.array(kind, { maxLength: 6 })),
  ...{ uid: number, gid: number, umask: number },
  groups: fc.array(number, { maxLength: 3 }),
  ...{ session: flag, foreground: flag, listenPid: flag, cleanEnv: flag },
  processGroup: fc.oneof(flag, number),
  ...{ deathSignal: signal, killSignal: signal },
  ignoredSignals: fc.array(signal, { maxLength: 3 }),
  blockedSignals: fc.array(signal, { maxLength: 3 }),
  rlimits: fc.dictionary(fc.constantFrom('nofile', 'core', 'x', 'toString'), limit),
  cgroup: string,
  ...{ timeout: number, grace: number },
  signal: fc.constant(true),
}

const options = fc.record(
  Object.fromEntries(
    Object.entries(LIKELY).map(([name, likely]) => {
      return [name, fc.oneof({ weight: 4, arbitrary: likely }, anything)]
    }),
  ),
  { requiredKeys: [] },
)

/**
 * What fits none of the documented types is a TypeError or RangeError before anything has been done;
 * what fits is taken. No process is started here.
 */
export const spawnOptions: Target<Call> = {
  name: 'spawn-options',
  input: fc.record({
    file: fc.oneof({ weight: 8, arbitrary: text(8) }, string, anything),
    args: fc.oneof({ weight: 8, arbitrary: fc.array(string) }, anything),
    // Few at a time: one that is wrong hides the others.
    options: options.map((all) => Object.fromEntries(Object.entries(all).slice(0, 3))),
  }),
  check(described) {
    const { file, args, options } = revive(described) as Call
    const wrong = Object.entries({ file, args, ...options })
      .filter(
        ([name, value]) =>
          (value !== undefined || name === 'file') && VALID[name]?.(value, options) === false,
      )
      .map(([name]) => name)
    const unsure = [args, ...Object.values(options)].includes(null) // some take it for "not given"
    const descriptors = readdirSync('/proc/self/fd').length
    const { calls, error } = recorded(() => {
      spawn(file as string, args as string[], options).exited.catch(() => {})
    })
    assert.equal(readdirSync('/proc/self/fd').length, descriptors)
    if (error === undefined) assert(unsure || wrong.length === 0, `it takes a bad ${wrong}`)
    else {
      assert(error instanceof TypeError || error instanceof RangeError, String(error))
      assert.equal(calls, 0)
      assert(unsure || wrong.length > 0, `it refuses a good one: ${error}`)
    }
  },
}

/** Runs it with a native spawn that only counts how often it is called, and fails. */
function recorded(action: () => void): { calls: number; error?: unknown } {
  const own = binding.spawn
  let calls = 0
  const failing = (...args: Parameters<typeof own>) => {
    calls += 1
    args[1].set([0, -1, 2, binding.spawnSteps.indexOf('execve')])
  }
  try {
    Object.assign(binding, { spawn: failing })
    action()
    return { calls }
  } catch (error) {
    return { calls, error }
  } finally {
    Object.assign(binding, { spawn: own })
  }
}
