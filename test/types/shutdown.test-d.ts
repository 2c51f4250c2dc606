// Checked by `npm run typecheck`, never run: what compiles, and what must not.

import { expectTypeOf } from 'vitest'
import { type ReceivedSignal, type ShutdownOptions, shutdown } from '../../lib/index.js'

const options: ShutdownOptions = {
  timeout: Number.POSITIVE_INFINITY,
  signals: new Set(['SIGTERM', 'SIGRTMIN+3', 15] as const),
  force: 'never',
  log: (line) => expectTypeOf(line).toEqualTypeOf<string>(),
}
expectTypeOf(
  shutdown(async (signal) => {
    expectTypeOf(signal).toEqualTypeOf<ReceivedSignal>()
  }, options),
).toEqualTypeOf<Disposable>()
shutdown(() => 'anything')

// @ts-expect-error: a handler is needed
shutdown()
// @ts-expect-error: no signal
shutdown(() => {}, { signals: ['SIGFOO'] })
// @ts-expect-error: two words only
shutdown(() => {}, { force: true })
