import { getSystemErrorName } from 'node:util'
import { pipeline as pipe, run as start } from '../../../dist/index.js'
import { defined } from './defined.mjs'

const seen = (result, failed) => ({
  failed,
  ...{ stdout: result.stdout, stderr: result.stderr, all: result.all },
  ...{ code: result.status?.code ?? undefined, signal: result.status?.signal ?? undefined },
  ...{ message: result.message, command: result.command },
  reason: result.terminationReason ?? (result.name === 'AbortError' ? 'abort' : undefined),
  ...{ truncated: result.truncated, heldOpen: result.heldOpen },
  error: result.errno === undefined ? undefined : getSystemErrorName(-Math.abs(result.errno)),
})

const settled = (running) =>
  running.then(
    (result) => seen(result, false),
    (error) => seen(error, true),
  )

function run(file, args, { bytes, clean, ...options } = {}) {
  const encoding = bytes ? 'buffer' : undefined
  const { plain: _, ...rest } = options
  return settled(start(file, args, defined({ ...rest, encoding, cleanEnv: clean })))
}

const wait = async (file, args) => (await start(file, args)).status.code

const pipeline = (members) => settled(pipe(...members))

const lines = (file, args) => start(file, args)

const offers = ['bytes', 'timeout', 'maxBuffer', 'overflow', 'all', 'clean', 'grace']
export const adapter = { offers, run, wait, pipeline, lines }
