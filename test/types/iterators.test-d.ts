// Checked by `npm run typecheck`, never run: what compiles, and what must not.

import { expectTypeOf } from 'vitest'
import {
  type ExitStatus,
  type ReceivedSignal,
  type SignalOrigin,
  Signals,
  type SignalsOptions,
  type ZombieScope,
  Zombies,
  type ZombiesOptions,
} from '../../lib/index.js'

const signals = new Signals(['SIGTERM', 10, 'SIGRTMIN+3'], { signal: AbortSignal.abort() })
const zombies = new Zombies()

for await (const received of signals) {
  expectTypeOf(received).toEqualTypeOf<ReceivedSignal>()
  expectTypeOf(received.origin).toEqualTypeOf<SignalOrigin>()
  expectTypeOf(received.origin).toEqualTypeOf<{ pid: number; uid: number; code: string }>()
}
for await (const zombie of zombies) expectTypeOf(zombie).toEqualTypeOf<ExitStatus>()

expectTypeOf(signals).toExtend<AsyncIterableIterator<ReceivedSignal, undefined>>()
expectTypeOf(zombies).toExtend<AsyncIterableIterator<ExitStatus, undefined>>()
expectTypeOf(signals[Symbol.asyncIterator]()).toEqualTypeOf<Signals>()

// What `done` says narrows what there is.
const result = await zombies.next()
if (result.done) expectTypeOf(result.value).toEqualTypeOf<undefined>()
else expectTypeOf(result.value).toEqualTypeOf<ExitStatus>()

{
  await using scoped = new Signals(new Set(['SIGHUP'] as const))
  await using reaped = new Zombies({ scope: 'all' })
  expectTypeOf(scoped).toExtend<AsyncDisposable>()
  expectTypeOf(reaped).toExtend<AsyncDisposable>()
}
// @ts-expect-error: they end asynchronously
using _wrong = new Signals(['SIGHUP'])
// @ts-expect-error: a loop over them has to await
for (const _zombie of zombies) break

// @ts-expect-error: which signals?
new Signals()
// @ts-expect-error: a list of them
new Signals(15)
// @ts-expect-error: a name begins with SIG
new Signals(['TERM'])
// @ts-expect-error: no such scope
new Zombies({ scope: 'mine' })
expectTypeOf<ZombieScope>().toEqualTypeOf<'adopted' | 'all'>()
expectTypeOf<Required<ZombiesOptions>>().toEqualTypeOf<{
  scope: ZombieScope
  signal: AbortSignal
}>()
expectTypeOf<Required<SignalsOptions>>().toEqualTypeOf<{ signal: AbortSignal }>()
