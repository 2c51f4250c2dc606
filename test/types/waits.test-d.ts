// Checked by `npm run typecheck`, never run: what compiles, and what must not.

import { spawn as nodeSpawn } from 'node:child_process'
import { expectTypeOf } from 'vitest'
import {
  type Backend,
  backend,
  type Descendant,
  descendants,
  type EndedProcess,
  ExitStatus,
  openProcess,
  ProcessHandle,
  type ResourceUsage,
  reapUntil,
  run,
  SextonError,
  type SextonErrorCode,
  type SignalName,
  spawn,
  subreaper,
  type TerminateOptions,
  type TerminateResult,
  type TerminateScope,
  terminate,
  type UnreachedProcess,
  waitForExit,
} from '../../lib/index.js'

expectTypeOf(waitForExit(1)).toEqualTypeOf<Promise<ExitStatus>>()
expectTypeOf(waitForExit(1, 5_000)).toEqualTypeOf<Promise<ExitStatus>>()
waitForExit(1, { timeout: 1, onTimeout: 'kill', killSignal: 15, backend: 'poll' })
// @ts-expect-error: neither rejects nor kills
waitForExit(1, { onTimeout: 'resolve' })
// @ts-expect-error: no such back-end
waitForExit(1, { backend: 'kqueue' })
// @ts-expect-error: a child is waited for by its pid, or by its own `exited`
waitForExit(spawn('true'))
// @ts-expect-error: exactOptionalPropertyTypes: left out, or a number
waitForExit(1, { timeout: undefined })
expectTypeOf(backend()).toEqualTypeOf<Backend>()
expectTypeOf<Backend>().toEqualTypeOf<'pidfd' | 'sigchld' | 'poll'>()

const status = await reapUntil(1, {
  onReap: (zombie) => expectTypeOf(zombie).toEqualTypeOf<ExitStatus>(),
})
expectTypeOf(status.code).toEqualTypeOf<number | null>()
expectTypeOf(status.success).toEqualTypeOf<boolean>()
expectTypeOf(status.toShellCode()).toEqualTypeOf<number>()
expectTypeOf(status.usage).toEqualTypeOf<ResourceUsage | undefined>()
expectTypeOf<ResourceUsage>().toExtend<Partial<NodeJS.ResourceUsage>>() // the same names and units
// @ts-expect-error: a code may be missing
const _code: number = status.code
// @ts-expect-error: it is what it was
status.code = 0
// @ts-expect-error: only sexton makes one
new ExitStatus()

{
  using handle = openProcess(1, { startTime: 7 })
  expectTypeOf(handle).toEqualTypeOf<ProcessHandle>()
  expectTypeOf(handle).toExtend<Disposable>()
  expectTypeOf(handle.startTime).toEqualTypeOf<number | undefined>()
  expectTypeOf(handle.exited).toEqualTypeOf<Promise<ExitStatus>>()
  await using child = spawn('true')
  expectTypeOf(child).toExtend<AsyncDisposable>()
}
// @ts-expect-error: a child ends asynchronously
using _child = spawn('true')
// @ts-expect-error: only openProcess() makes one
new ProcessHandle()

const [first] = descendants()
if (first) openProcess(first.pid, first) // one that was found says itself which it must be
expectTypeOf(first).toEqualTypeOf<Descendant | undefined>()

const result = await terminate(1, { scope: 'tree', grace: 0, killSignal: 'SIGINT' })
expectTypeOf(result).toEqualTypeOf<TerminateResult>()
expectTypeOf(result.ended).toEqualTypeOf<EndedProcess[]>()
expectTypeOf(result.unreached).toEqualTypeOf<UnreachedProcess[]>()
expectTypeOf<EndedProcess['how']>().toEqualTypeOf<'terminated' | 'killed'>()
expectTypeOf<UnreachedProcess['reason']>().toEqualTypeOf<'not-permitted' | 'survived' | 'caller'>()
expectTypeOf<TerminateScope>().toEqualTypeOf<'process' | 'group' | 'tree'>()
expectTypeOf<Required<TerminateOptions>>().toEqualTypeOf<{
  scope: TerminateScope
  grace: number
  killSignal: SignalName | number
  signal: AbortSignal
}>()
for (const target of [1, openProcess(1), spawn('true'), nodeSpawn('true'), ...descendants()]) {
  terminate(target, { signal: AbortSignal.timeout(1) })
}
// @ts-expect-error: a pid alone does not say which process it is
terminate({ pid: 1 })
// @ts-expect-error: a run ends by leaving its scope
terminate(run('true'))
// @ts-expect-error: a promise is not a process
terminate(Promise.resolve(1))
// @ts-expect-error: no such scope
terminate(1, { scope: 'session' })

expectTypeOf(subreaper.enabled).toEqualTypeOf<boolean>()
// @ts-expect-error: by enable()
subreaper.enabled = true

const error = new SextonError('ERR_TIMEOUT', 'late', { pid: 1 })
expectTypeOf(error).toExtend<Error>()
expectTypeOf(error.code).toEqualTypeOf<SextonErrorCode>()
expectTypeOf(error.errno).toEqualTypeOf<number | undefined>()
// @ts-expect-error: no such code, so this can never be true
if (error.code === 'ETIMEDOUT') throw error
// Each code has a case, or this does not compile: a new one is a change that users see.
function hint(code: SextonErrorCode): string {
  switch (code) {
    case 'ERR_TIMEOUT':
    case 'ERR_NO_SUCH_PROCESS':
    case 'ERR_NOT_PERMITTED':
    case 'ERR_COMMAND_FAILED':
    case 'ERR_SPAWN_FAILED':
    case 'ERR_UNSUPPORTED':
    case 'ERR_NO_COMMAND':
    case 'ERR_SYSTEM':
      return code
    default:
      return code satisfies never
  }
}
hint(error.code)
