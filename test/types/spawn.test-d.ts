// Checked by `npm run typecheck`, never run: what compiles, and what must not.

import { open } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { expectTypeOf } from 'vitest'
import {
  Child,
  type ExitStatus,
  pipe,
  type ResourceUsage,
  type SpawnOptions,
  type Stdio,
  spawn,
  type TerminationReason,
} from '../../lib/index.js'

const child = spawn('cat')
expectTypeOf(child).toEqualTypeOf<Child<Writable, Readable, Readable>>()
// @ts-expect-error: only spawn() makes children
new Child()

// The streams by default: three pipes.
expectTypeOf(child.stdin).toEqualTypeOf<Writable>()
expectTypeOf(child.stdout).toEqualTypeOf<Readable>()
expectTypeOf(child.stderr).toEqualTypeOf<Readable>()
expectTypeOf(child.stdio).toEqualTypeOf<readonly (Readable | Writable | null)[]>()

type Streams<In, Out, Err> = { stdin: In; stdout: Out; stderr: Err }
const streamsOf = <In, Out, Err>({ stdin, stdout, stderr }: Streams<In, Out, Err>) => ({
  ...{ stdin, stdout, stderr },
})

// A literal `stdio` tells which streams there are, as they are at run time.
expectTypeOf(streamsOf(spawn('cat', [], {}))).toEqualTypeOf<Streams<Writable, Readable, Readable>>()
expectTypeOf(streamsOf(spawn('cat', [], { stdio: 'pipe', cwd: '/' }))).toEqualTypeOf<
  Streams<Writable, Readable, Readable>
>()
expectTypeOf(streamsOf(spawn('cat', [], { stdio: 'inherit' }))).toEqualTypeOf<
  Streams<null, null, null>
>()
expectTypeOf(streamsOf(spawn('cat', [], { stdio: 'ignore' }))).toEqualTypeOf<
  Streams<null, null, null>
>()
expectTypeOf(streamsOf(spawn('cat', [], { stdio: ['ignore', 'pipe', 'pipe'] }))).toEqualTypeOf<
  Streams<null, Readable, Readable>
>()
expectTypeOf(streamsOf(spawn('cat', [], { stdio: ['pipe', 'inherit', 2] }))).toEqualTypeOf<
  Streams<Writable, null, null>
>()
expectTypeOf(streamsOf(spawn('cat', [], { stdio: ['ignore'] }))).toEqualTypeOf<
  Streams<null, Readable, Readable>
>()
expectTypeOf(streamsOf(spawn('cat', [], { stdio: [] }))).toEqualTypeOf<
  Streams<Writable, Readable, Readable>
>()
expectTypeOf(
  streamsOf(spawn('cat', [], { stdio: ['readable', 'writable', { fd: 2 }, 'readable'] })),
).toEqualTypeOf<Streams<Readable, Writable, null>>()

// One that is composed at run time does not.
declare const quiet: boolean
expectTypeOf(
  streamsOf(spawn('cat', [], { stdio: ['ignore', quiet ? 'ignore' : 'pipe', 'inherit'] })),
).toEqualTypeOf<Streams<null, Readable | null, null>>()
expectTypeOf(streamsOf(spawn('cat', [], { stdio: quiet ? 'inherit' : 'pipe' }))).toEqualTypeOf<
  Streams<Writable | null, Readable | null, Readable | null>
>()
declare const composed: SpawnOptions
expectTypeOf(spawn('cat', [], composed)).toEqualTypeOf<Child>()
declare const list: Stdio[]
expectTypeOf(spawn('cat', [], { stdio: list })).toEqualTypeOf<Child>()
declare const pipes: 'ignore'[]
expectTypeOf(streamsOf(spawn('cat', [], { stdio: pipes }))).toEqualTypeOf<
  Streams<Writable | null, Readable | null, Readable | null>
>()
// @ts-expect-error: there may be none
spawn('cat', [], composed).stdin.end()

// Options that may lack `stdio` may give pipes.
type AnyOrNone = Streams<Writable | null, Readable | null, Readable | null>
expectTypeOf(
  streamsOf(spawn('cat', [], quiet ? { stdio: 'inherit' } : {})),
).toEqualTypeOf<AnyOrNone>()
expectTypeOf(
  streamsOf(spawn('cat', [], quiet ? { stdio: 'inherit' } : undefined)),
).toEqualTypeOf<AnyOrNone>()
expectTypeOf(
  streamsOf(spawn('cat', [], { ...(quiet && { stdio: 'ignore' }), cwd: '/' })),
).toEqualTypeOf<AnyOrNone>()
declare const inherited: SpawnOptions<'inherit'>
expectTypeOf(streamsOf(spawn('cat', [], inherited))).toEqualTypeOf<AnyOrNone>()
expectTypeOf(streamsOf(spawn('cat', [], { ...inherited, cwd: '/' }))).toEqualTypeOf<AnyOrNone>()
declare const tuple: SpawnOptions<readonly ['pipe', 'ignore', 'inherit']>
expectTypeOf(streamsOf(spawn('cat', [], tuple))).toEqualTypeOf<
  Streams<Writable, Readable | null, Readable | null>
>()
const generic = <S extends Stdio>(options: SpawnOptions<S>) => spawn('cat', [], options)
expectTypeOf(streamsOf(generic({ stdio: 'inherit' }))).toEqualTypeOf<AnyOrNone>()
expectTypeOf(streamsOf(generic({ stdio: 'pipe' }))).toEqualTypeOf<
  Streams<Writable, Readable, Readable>
>()
expectTypeOf(streamsOf(spawn('cat', undefined, { stdio: 'ignore' }))).toEqualTypeOf<
  Streams<null, null, null>
>()

// An end of a pipe is handed over, and the child has no stream there.
const between = pipe()
expectTypeOf(between.readable.stream()).toEqualTypeOf<Readable>()
expectTypeOf(between.writable.stream()).toEqualTypeOf<Writable>()
const { readable, writable } = between
expectTypeOf(streamsOf(spawn('cat', [], { stdio: [readable, 'pipe', writable] }))).toEqualTypeOf<
  Streams<null, Readable, null>
>()
expectTypeOf(streamsOf(spawn('cat', [], { stdio: ['ignore', writable, writable] }))).toEqualTypeOf<
  Streams<null, null, null>
>()

// What takes any child takes each of these.
const take = (_: Child): void => {}
take(child)
take(spawn('cat', [], { stdio: 'inherit' }))
take(spawn('cat', [], { stdio: ['ignore', 'pipe', 1] }))
const wrap = (options: SpawnOptions): Child => spawn('cat', [], { ...options, cwd: '/' })
take(wrap({ stdio: ['ignore', 'pipe', 'pipe'] }))

expectTypeOf(child.pid).toEqualTypeOf<number>()
expectTypeOf(child.exited).toEqualTypeOf<Promise<ExitStatus>>()
expectTypeOf(child.spawned).toEqualTypeOf<Promise<void>>()
expectTypeOf(child.status).toEqualTypeOf<ExitStatus | undefined>()
expectTypeOf(child.usage).toEqualTypeOf<ResourceUsage | undefined>()
expectTypeOf(child.terminationReason).toEqualTypeOf<TerminationReason | undefined>()
expectTypeOf<TerminationReason>().toEqualTypeOf<'timeout' | 'abort' | 'dispose'>()
expectTypeOf(child.kill('SIGRTMIN+1')).toEqualTypeOf<boolean>()
child.kill(9)
// @ts-expect-error: a signal's name begins with SIG
child.kill('TERM')
// @ts-expect-error: what is known of a child is not for others to write
child.pid = 1

// Program, arguments and environment: text, or bytes where they are not UTF-8.
spawn(Buffer.from('cat'), ['text', new Uint8Array()], { argv0: Buffer.from('-cat') })
spawn('cat', ['a'] as const, { cwd: new URL('file:///'), env: { PATH: undefined, A: 'a' } })
spawn('cat', [], { env: ['A=a', Buffer.from('B=b')], cleanEnv: true })
// @ts-expect-error: arguments are no numbers
spawn('cat', [1])
// @ts-expect-error: nor is a whole command line one string
spawn('cat', 'a b')

spawn('cat', [], { stdio: 'inherit' })
spawn('cat', [], { stdio: ['ignore', 1, await open('/dev/null'), 'readable', 'writable'] })
// @ts-expect-error: of child_process, not of ours
spawn('cat', [], { stdio: 'ipc' })
// The stream of another child is handed over. That a stream has a descriptor shows at run time only.
expectTypeOf(
  streamsOf(spawn('cat', [], { stdio: [child.stdout, 'pipe', 'inherit'] })),
).toEqualTypeOf<Streams<null, Readable, null>>()
expectTypeOf<null>().not.toExtend<Stdio>()

// No option excludes another as typed, for a list of them is usually composed; the values are checked.
expectTypeOf<SpawnOptions>().toEqualTypeOf<Partial<SpawnOptions>>()
spawn('cat', [], { session: true, killSignal: 'SIGRTMAX-1', deathSignal: 15, processGroup: 7 })
spawn('cat', [], { rlimits: { nofile: 64, core: { soft: 0, hard: Number.POSITIVE_INFINITY } } })
// @ts-expect-error: no such resource
spawn('cat', [], { rlimits: { files: 64 } })
// @ts-expect-error: one limit without the other
spawn('cat', [], { rlimits: { nofile: { soft: 64 } } })
// @ts-expect-error: the name of child_process for a session of its own
spawn('cat', [], { detached: true })
// @ts-expect-error: there is no shell
spawn('cat', [], { shell: true })
// @ts-expect-error: by name or number
spawn('cat', [], { ignoredSignals: ['HUP'] })
// @ts-expect-error: a signal's name begins with SIG
spawn('cat', [], { killSignal: 'TERM' })
// @ts-expect-error: milliseconds
spawn('cat', [], { timeout: '5s' })
