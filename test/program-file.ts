import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin, stop } from 'esbuild'
import { type Outcome, type RunOptions, resultOf, root, run } from './program.js'

type Functions<File> = {
  [Name in keyof File as File[Name] extends (...args: never[]) => unknown
    ? Name
    : never]: File[Name]
}
type Name<File> = keyof Functions<File> & string
type Arguments<File, N extends Name<File>> = Functions<File>[N] extends (
  ...args: infer A extends unknown[]
) => unknown
  ? A
  : never
type Result<File, N extends Name<File>> = Functions<File>[N] extends (...args: never[]) => infer R
  ? Awaited<R>
  : never

export type ProgramOptions = RunOptions & {
  /** Node and its flags, default without flags. */
  node?: readonly string[]
}

/**
 * The programs of a tests' file `*.program.ts`: each exported function runs in a Node of its own, with arguments
 * and a result that JSON can express. `sexton` and files of `lib/` that it imports are those of `dist/`.
 *
 * @param path Relative to the test.
 * @param test `import.meta.url` of the test.
 */
export async function programFile<File>(path: string, test: string): Promise<ProgramFile<File>> {
  return new ProgramFile(await bundle(fileURLToPath(new URL(path, test))))
}

class ProgramFile<File> {
  readonly #url: string

  constructor(bundled: string) {
    this.#url = pathToFileURL(bundled).href
  }

  /** The command that runs a function. */
  command<N extends Name<File>>(
    name: N,
    args: Arguments<File, N>,
    node: readonly string[] = [process.execPath],
  ): string[] {
    return [...node, join(root, 'test', 'launch.mjs'), this.#url, name, JSON.stringify(args)]
  }

  /** Runs a function to its end, and gives how its process ended. */
  run<N extends Name<File>>(
    name: N,
    args: Arguments<File, N>,
    { node, ...options }: ProgramOptions = {},
  ): Promise<Outcome> {
    return run(this.command(name, args, node), options)
  }

  /** Runs a function, and gives its result. */
  async evaluate<N extends Name<File>>(
    name: N,
    args: Arguments<File, N>,
    options: ProgramOptions = {},
  ): Promise<Result<File, N>> {
    return resultOf(await this.run(name, args, options))
  }
}

// In build/, where Node finds `sexton` as the package that the file is in. It does not under node_modules.
const BUNDLES = join(root, 'build', 'programs')

async function bundle(source: string): Promise<string> {
  const output = join(BUNDLES, relative(root, source).replace(/\.ts$/, '.mjs'))
  const { outputFiles } = await withService(() =>
    build({
      entryPoints: [source],
      outfile: output,
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      packages: 'external',
      plugins: [builtFiles],
    }),
  )
  mkdirSync(dirname(output), { recursive: true })
  // Another run may be reading the file.
  const unfinished = `${output}.${process.pid}`
  writeFileSync(unfinished, outputFiles[0]?.contents as Uint8Array)
  renameSync(unfinished, output)
  return output
}

/**
 * Runs esbuild, and waits for the end of its service. That is a process, which would count as one that a test has
 * left, and `stop()` does not wait for it.
 */
async function withService<T>(run: () => Promise<T>): Promise<T> {
  const ends: Promise<unknown>[] = []
  const onStart = (message: unknown) => {
    ends.push(once((message as { process: ChildProcess }).process, 'exit'))
  }
  subscribe('child_process', onStart)
  try {
    return await run()
  } finally {
    unsubscribe('child_process', onStart)
    await stop()
    await Promise.all(ends)
  }
}

/** JavaScript stays where it is; a file of lib/ is the one that was made of it. */
const builtFiles: Plugin = {
  name: 'built files',
  setup({ onResolve }) {
    onResolve({ filter: /^\..*\.[cm]?js$/ }, ({ path, resolveDir }) => {
      const wanted = resolve(resolveDir, path)
      const inLib = relative(join(root, 'lib'), wanted)
      if (!inLib.startsWith('..')) return { path: join(root, 'dist', inLib), external: true }
      return /\.[cm]js$/.test(path) ? { path: wanted, external: true } : undefined
    })
  },
}
