// Checked by `npm run typecheck`, never run: what compiles, and what must not.

import { expectTypeOf } from 'vitest'
import type { ExitStatus, ReceivedSignal, SignalName } from '../../lib/index.js'

const accepted: SignalName[] = [
  'SIGTERM',
  'SIGKILL',
  'SIGWINCH',
  'SIGRTMIN',
  'SIGRTMIN+3',
  'SIGRTMAX',
  'SIGRTMAX-14',
  'SIG32', // one that the C library keeps for itself
]

// What a shell accepts and the kernel's names are not.
const rejected: SignalName[] = [
  // @ts-expect-error: no prefix
  'TERM',
  // @ts-expect-error: lower case
  'sigterm',
  // @ts-expect-error: no such signal
  'SIGNOTHING',
  // @ts-expect-error: counted from the wrong end
  'SIGRTMIN-1',
  // @ts-expect-error: likewise
  'SIGRTMAX+1',
  // @ts-expect-error: no number
  'SIGRTMIN+x',
  // @ts-expect-error: a number is no name
  15,
]

// Every name of Node's is one of ours, but not the other way round.
expectTypeOf<NodeJS.Signals>().toExtend<SignalName>()
expectTypeOf<SignalName>().not.toExtend<NodeJS.Signals>()
expectTypeOf<string>().not.toExtend<SignalName>()
expectTypeOf<SignalName>().toExtend<string>()

expectTypeOf<ReceivedSignal['name']>().toEqualTypeOf<SignalName>()
expectTypeOf<ExitStatus['signal']>().toEqualTypeOf<SignalName | null>()

export { accepted, rejected }
