import type { DefaultStdio } from '../../../lib/index.js'
import {
  type CommandError,
  type Encoding,
  type Run,
  type RunOptions,
  type RunResult,
  run,
  type Stdio,
} from '../../../lib/index.js'

/** Runs a script. */
export function sh<
  const S extends Stdio | readonly Stdio[] = DefaultStdio,
  E extends Encoding = 'utf8',
  L extends boolean = false,
  A extends boolean = false,
>(script: string, options: RunOptions<S, E, L, A> = {}): Run<RunResult<S, E, L, A>, E> {
  return run('sh', ['-c', script], options)
}

/** The error with which a command fails. */
export async function failureOf(running: PromiseLike<unknown>): Promise<CommandError> {
  const { value, error } = await running.then(
    (value) => ({ value, error: undefined }),
    (error) => ({ value: undefined, error }),
  )
  if (error === undefined) throw new Error(`it did not fail: ${value}`)
  return error
}
