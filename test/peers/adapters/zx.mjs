import { $ } from 'zx'
import { defined } from './defined.mjs'

const start = (file, args, options = {}) => $({ quiet: true, ...options })`${file} ${args}`

async function settled(running) {
  try {
    const { stdout, stderr, stdall: all, exitCode: code } = await running
    return { failed: false, stdout, stderr, all, code }
  } catch (error) {
    const { stdout, stderr, stdall: all, exitCode: code, message } = error
    return {
      ...{ failed: true, stdout, stderr, all, code: code ?? undefined, message },
      signal: error.signal ?? undefined,
      error: error.cause?.code,
      reason: error.cause?.name === 'AbortError' ? 'abort' : undefined,
    }
  }
}

const run = (file, args, { input, timeout, signal, env, cwd } = {}) =>
  settled(start(file, args, defined({ input, timeout, signal, env, cwd })))

const wait = async (file, args) => (await start(file, args)).exitCode

function pipeline([[file, ...args], ...others]) {
  return settled(
    others.reduce((running, [next, ...rest]) => running.pipe`${next} ${rest}`, start(file, args)),
  )
}

const lines = (file, args) => start(file, args)

async function runBytes(file, args) {
  return { failed: false, stdout: await start(file, args).buffer(), code: 0 }
}

export const adapter = {
  offers: ['bytes', 'timeout', 'all'],
  run: (file, args, options = {}) =>
    options.bytes ? runBytes(file, args) : run(file, args, options),
  wait,
  pipeline,
  lines,
}
