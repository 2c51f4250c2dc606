import { x } from 'tinyexec'
import { defined } from './defined.mjs'

async function settled(running) {
  try {
    const { stdout, stderr, exitCode: code } = await running
    return { failed: false, stdout, stderr, code, signal: running.signalCode ?? undefined }
  } catch (error) {
    const { output = {}, message, exitCode: code, signalCode: signal } = error
    return {
      ...{ failed: true, stdout: output.stdout, stderr: output.stderr, code, signal, message },
      command: message.match(/`(.*)`/s)?.[1],
      error: typeof error.code === 'string' ? error.code : undefined,
      reason: reasonOf(running, error),
    }
  }
}

function reasonOf({ aborted }, { cause }) {
  if (aborted) return 'abort'
  return cause?.name === 'TimeoutError' ? 'timeout' : undefined
}

// It has no failures without `throwOnError`, which its documentation advises.
function run(file, args, { input, timeout, signal, env, clean, cwd, plain } = {}) {
  const options = { stdin: input, timeout, signal, inheritEnv: clean ? false : undefined }
  const nodeOptions = defined({ env, cwd })
  return settled(x(file, args, { ...defined(options), nodeOptions, throwOnError: !plain }))
}

const wait = async (file, args) => (await x(file, args)).exitCode

function pipeline([[file, ...args], ...others]) {
  const strict = { throwOnError: true }
  return settled(
    others.reduce(
      (running, [next, ...rest]) => running.pipe(next, rest, strict),
      x(file, args, strict),
    ),
  )
}

const lines = (file, args) => x(file, args)

export const adapter = { offers: ['timeout', 'clean'], run, wait, pipeline, lines }
