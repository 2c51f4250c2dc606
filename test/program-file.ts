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
  const { outputFiles } = await build({
    entryPoints: [source],
    outfile: output,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    plugins: [builtFiles],
  })
  await stop() // its service is a process, which would count as one that a test has left
  mkdirSync(dirname(output), { recursive: true })
  // Another run may be reading the file.
  const unfinished = `${output}.${process.pid}`
  writeFileSync(unfinished, outputFiles[0]?.contents as Uint8Array)
  renameSync(unfinished, output)
  return output
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
