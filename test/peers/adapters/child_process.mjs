import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { defined } from './defined.mjs'

// `execFile` as a promise is its way to get output as a string.
const execute = promisify(execFile)

const REASONS = { ABORT_ERR: 'abort', ERR_CHILD_PROCESS_STDIO_MAXBUFFER: 'overflow' }

async function run(file, args, { input, bytes, timeout, signal, maxBuffer, env, cwd } = {}) {
  const encoding = bytes ? 'buffer' : undefined
  const running = execute(file, args, defined({ timeout, signal, maxBuffer, env, cwd, encoding }))
  if (input !== undefined) running.child.stdin.end(input)
  try {
    return { failed: false, ...(await running), code: 0 }
  } catch (error) {
    const { stdout, stderr, message, cmd: command } = error
    return {
      ...{ failed: true, stdout, stderr, message, command },
      code: typeof error.code === 'number' ? error.code : undefined,
      signal: error.signal ?? undefined,
      reason: REASONS[error.code],
      error: typeof error.code === 'string' ? error.code : undefined,
    }
  }
}

async function wait(file, args) {
  const [code] = await once(spawn(file, args), 'close')
  return code
}

export const adapter = { offers: ['bytes', 'timeout', 'maxBuffer'], run, wait }
