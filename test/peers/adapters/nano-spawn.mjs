import spawn from 'nano-spawn'
import { defined } from './defined.mjs'

async function settled(running) {
  try {
    const { stdout, stderr, output: all } = await running
    return { failed: false, stdout, stderr, all, code: 0 }
  } catch (error) {
    const { stdout, stderr, output: all, message, command, cause } = error
    return {
      ...{ failed: true, stdout, stderr, all, message, command },
      ...{ code: error.exitCode, signal: error.signalName, error: cause?.code },
      reason: error.isCanceled ? 'abort' : undefined,
    }
  }
}

function run(file, args, { input, timeout, signal, env, cwd } = {}) {
  const stdin = input === undefined ? undefined : { string: input }
  return settled(spawn(file, args, defined({ stdin, timeout, signal, env, cwd })))
}

async function wait(file, args) {
  await spawn(file, args)
  return 0
}

function pipeline([[file, ...args], ...others]) {
  return settled(
    others.reduce((running, [next, ...rest]) => running.pipe(next, rest), spawn(file, args)),
  )
}

const lines = (file, args) => spawn(file, args)

export const adapter = { offers: ['timeout', 'all'], run, wait, pipeline, lines }
