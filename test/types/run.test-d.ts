// Checked by `npm run typecheck`, never run: what compiles, and what must not.

import { expectTypeOf } from 'vitest'
import {
  CommandError,
  command,
  type PipelineResult,
  pipeline,
  Run,
  type RunOptions,
  type RunResult,
  run,
} from '../../lib/index.js'

const { stdout, stderr, all } = await run('ls')
expectTypeOf({ stdout, stderr, all }).toEqualTypeOf<{ stdout: string; stderr: string; all: null }>()

// `encoding`, `lines`, `all` and `stdio` determine the result.
expectTypeOf((await run('ls', [], { encoding: 'buffer' })).stdout).toEqualTypeOf<Buffer>()
expectTypeOf((await run('ls', [], { lines: true })).stderr).toEqualTypeOf<string[]>()
const both = await run('ls', [], { all: true, lines: true })
expectTypeOf(both.all).toEqualTypeOf<string[]>()
expectTypeOf(both.stdout).toEqualTypeOf<null>()
const quiet = await run('ls', [], { stdio: ['ignore', 'inherit', 'pipe'] })
expectTypeOf(quiet.stdout).toEqualTypeOf<null>()
expectTypeOf(quiet.stderr).toEqualTypeOf<string>()
expectTypeOf((await run('ls', [], { stdio: 'inherit' })).stderr).toEqualTypeOf<null>()
declare const options: RunOptions
const unknown = await run('ls', [], options)
expectTypeOf(unknown.stdout).toEqualTypeOf<string | string[] | Buffer | null>()

// A loop gets lines, or bytes.
for await (const line of run('ls')) expectTypeOf(line).toEqualTypeOf<string>()
for await (const chunk of run('ls', [], { encoding: 'buffer' }))
  expectTypeOf(chunk).toEqualTypeOf<Buffer>()

// A prepared command keeps its types, and options of the run replace them.
const listed = command('ls', [], { lines: true })
expectTypeOf((await run(listed)).stdout).toEqualTypeOf<string[]>()
expectTypeOf((await run(listed, { cwd: '/' })).stdout).toEqualTypeOf<string[]>()
expectTypeOf((await run(listed, { lines: false })).stdout).toEqualTypeOf<string>()
expectTypeOf((await run(command('ls', [], { stdio: 'ignore' }))).stdout).toEqualTypeOf<null>()

// Pipelines.
const piped = await pipeline(['ls'], ['wc', '-l'], { lines: true })
expectTypeOf(piped.stdout).toEqualTypeOf<string[]>()
expectTypeOf(piped.members.map(({ stderr }) => stderr)).toEqualTypeOf<string[][]>()
expectTypeOf((await pipeline(['ls'])).failed?.stderr).toEqualTypeOf<string | undefined>()
const unread = await pipeline(['ls'], { stdio: ['ignore', 'pipe', 'inherit'] })
expectTypeOf(unread.members.map(({ stderr }) => stderr)).toEqualTypeOf<null[]>()
expectTypeOf(await pipeline(['ls'], command('wc'))).toEqualTypeOf<PipelineResult>()
expectTypeOf((await pipeline(['ls'], { encoding: 'buffer' })).stdout).toEqualTypeOf<Buffer>()

// A run is a promise, and a resource.
expectTypeOf(run('ls')).toExtend<Promise<RunResult>>()
expectTypeOf(run('ls')).toExtend<AsyncDisposable>()
expectTypeOf(run('ls').pid).toEqualTypeOf<number | undefined>()

// @ts-expect-error: only run() and pipeline() create runs
new Run()
// @ts-expect-error: options do not stand in place of arguments
run('ls', { lines: true })
// @ts-expect-error: a misspelled option
run('ls', [], { input: 'x', inputs: 'y' })
// @ts-expect-error: a wrong encoding
run('ls', [], { encoding: 'latin1' })
// @ts-expect-error: a wrong kind of input
run('ls', [], { input: 5 })
// @ts-expect-error: a command of a pipeline has a program
pipeline([])

try {
  await run('ls')
} catch (error) {
  if (error instanceof CommandError) {
    expectTypeOf(error.stdout).toEqualTypeOf<string | string[] | Buffer | null>()
    expectTypeOf(error.status.code).toEqualTypeOf<number | null>()
  }
}
