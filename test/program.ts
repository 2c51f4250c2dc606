import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { skipIfRefused } from './needs.js'
import { patience } from './pace.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

const { NODE_EXTRA_CA_CERTS: _, PATH, ...inherited } = process.env // that triples Node's start-up

/** Ours for programs, in which `node` is the one that runs the tests. */
export const environment = { ...inherited, PATH: `${dirname(process.execPath)}:${PATH}` }

/** `pid1` as it is installed: the keeper, found by a shell. */
export const keeperPid1 = fileURLToPath(new URL('../bin/pid1', import.meta.url))

/** `pid1` where there is no keeper: a composition of the library. */
export const libraryPid1 = fileURLToPath(new URL('../dist/cli/pid1.js', import.meta.url))

/** The one that a round tests: where a back-end is forced, the library's, because the keeper has none. */
export const pid1 = process.env.SEXTON_BACKEND === undefined ? keeperPid1 : libraryPid1

/** A command that runs the rest as PID 1 of a PID namespace of its own, which dies with it. */
export const asPid1 = ['unshare', '--fork', '--pid', '--mount-proc', '--kill-child']

/**
 * A command that runs the rest as another user, who may kill and trace none of ours. Reading is left to
 * it: the checkout may lie in a folder of ours alone.
 */
export const asNobody = [
  ...['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'],
  ...['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'],
]

export interface Outcome {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** A command and arguments in front: `asPid1`, `['strace', …]`. */
  prefix?: readonly string[]
  env?: Readonly<Record<string, string>>
  /**
   * Milliseconds that a usual machine needs at most, default 30 000. After `patience()` of it the program is
   * killed, and the outcome has `signal: 'SIGKILL'`.
   */
  timeout?: number
}

/** Runs a program to its end. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const words = [...(options.prefix ?? []), ...command]
  skipIfRefused(words)
  const [file, ...args] = words
  return new Promise((resolve) => {
    execFile(
      file as string,
      args,
      {
        cwd: root,
        env: { ...environment, ...options.env },
        timeout: patience(options.timeout ?? 30_000),
        killSignal: 'SIGKILL',
        maxBuffer: 2 ** 26,
      },
      (error, stdout, stderr) => {
        const { code = 0, signal = null } = (error ?? {}) as { code?: number; signal?: string }
        resolve({ code: signal === null ? code : null, signal, stdout, stderr })
      },
    )
  })
}

/** Node's flags for a program with this as its source, which can import sexton as `'sexton'`. */
export const evaluating = (source: string) => ['--input-type=module', '--eval', source]

/** Node with `sexton/init`. */
export const nodeWithInit = [process.execPath, '--import', 'sexton/init']

/**
 * Runs a module in a Node of its own, with sexton to import as `'sexton'`, and gives what it printed
 * by `console.log(JSON.stringify(…))` as its only output.
 */
export async function evaluate<T>(
  source: string,
  options: RunOptions & { node?: readonly string[] } = {},
): Promise<T> {
  const { node = [process.execPath], ...rest } = options
  return resultOf(await run([...node, ...evaluating(source)], rest))
}

/** What a program printed as JSON, as its only output. */
export function resultOf<T>(outcome: Outcome): T {
  if (outcome.code !== 0) throw new Error(`the program failed: ${JSON.stringify(outcome, null, 2)}`)
  return JSON.parse(outcome.stdout) as T
}
