import { execa } from 'execa'
import { defined } from './defined.mjs'

function optionsFor({ input, bytes, timeout, signal, grace, maxBuffer, env, clean, all, cwd }) {
  return defined({
    ...{ input, timeout, maxBuffer, env, all, cwd },
    encoding: bytes ? 'buffer' : undefined,
    cancelSignal: signal,
    forceKillAfterDelay: grace,
    extendEnv: clean ? false : undefined,
  })
}

const seen = (result, failed) => ({
  failed,
  ...{ stdout: result.stdout, stderr: result.stderr, all: result.all },
  ...{ code: result.exitCode, signal: result.signal, error: result.code },
  ...{ message: result.message, command: result.escapedCommand },
  reason: reasonOf(result),
})

function reasonOf({ timedOut, isCanceled, isMaxBuffer }) {
  if (timedOut) return 'timeout'
  if (isCanceled) return 'abort'
  return isMaxBuffer ? 'overflow' : undefined
}

const settled = (running) =>
  running.then(
    (result) => seen(result, false),
    (error) => seen(error, true),
  )

const run = (file, args, options = {}) => settled(execa(file, args, optionsFor(options)))

const wait = async (file, args) => (await execa(file, args)).exitCode

function pipeline([[file, ...args], ...others]) {
  const first = execa(file, args)
  return settled(others.reduce((running, [next, ...rest]) => running.pipe(next, rest), first))
}

const lines = (file, args) => execa(file, args)

const offers = ['bytes', 'timeout', 'maxBuffer', 'all', 'clean', 'grace']
export const adapter = { offers, run, wait, pipeline, lines }
