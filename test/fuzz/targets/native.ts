import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc, { type Arbitrary } from 'fast-check'
import { encodePlan } from '../../../lib/spawn/plan.js'
import { binding } from '../../../lib/system/binding.js'
import { patience } from '../../pace.mjs'
import { asPid1, environment, root } from '../../program.js'
import { revive } from '../revive.mjs'
import type { Target } from '../target.js'
import { anything, bytes, number } from '../values.js'

interface Call {
  name: string
  args: unknown[]
}

const int = number
const doubles = (most: number) =>
  fc.array(number, { maxLength: most }).map((list) => ({ $doubles: list }))
const ints = fc.array(number, { maxLength: 8 }).map((list) => ({ $ints: list }))
const room = (length: number) => fc.constant({ $doubles: new Array(length).fill(0) })
// None of them creates a file.
const path = fc
  .constantFrom(
    '/none/x',
    '/none/x\0',
    '/bin/true',
    '/bin/true\0',
    '',
    '\0abstract',
    'x'.repeat(200),
  )
  .map((string) => ({ $bytes: string }))
const messageRoom = fc.constant({ $ints: new Array(binding.messageFields).fill(0) })
const block = fc.oneof(
  bytes(20),
  fc.constantFrom('/bin/true\0', '/none\0/bin/true\0', 'A=b\0LISTEN_PID=0000000000\0', '/\0', '\0'),
).map((string) => ({ $bytes: string })) // biome-ignore format: it reads as a list
const call = fc.constant({ $: 'function' })

// A plan as lib/ writes it, of any numbers, in which one word may have been changed.
const strings = block.map(({ $bytes }) => Buffer.from($bytes.replace(/[^\0]$/, '$&\0'), 'latin1'))
const any = fc.option(
  number.map((described) => Number(revive(described))),
  { nil: undefined },
)
const numbers = fc.array(any.map((value) => value ?? 0))
const written = fc.record({
  strings: fc.record({
    ...{ files: strings, argv: strings, env: strings, naming: fc.boolean() },
    cwd: fc.option(strings, { nil: undefined }),
  }),
  options: fc.record({
    ...{ uid: any, gid: any, umask: any, processGroup: any, deathSignal: any },
    groups: fc.option(numbers.map(Uint32Array.from.bind(Uint32Array)), { nil: undefined }),
    ...{ session: fc.boolean(), foreground: fc.boolean(), groupsIfAllowed: fc.boolean() },
    rlimits: numbers.map(Float64Array.from.bind(Float64Array)),
  }),
  fds: numbers.map((list) => Int32Array.from(list.slice(0, 8))),
  ...{ cgroupFd: any, pidfd: fc.boolean() },
})
const plan = fc
  .tuple(written, fc.constantFrom(...Object.values(binding.planWords)), any)
  .map(([given, place, value]) => {
    const bytes = encodePlan(given)
    if (value !== undefined) new Int32Array(bytes.buffer, bytes.byteOffset)[place] = value
    return { $bytes: Buffer.from(bytes).toString('latin1') }
  })
// Of another process's or of libuv's descriptors nothing may be written to, nor any process killed.
const strange = fc.constantFrom(-1, 1_000_000, 2 ** 31 - 1, 2 ** 31)
const nobody = fc.constantFrom(4_194_305, 2 ** 31 - 1)

// By name, what each method takes; those without a list take nothing.
const METHODS: Readonly<Record<string, readonly Arbitrary<unknown>[]>> = {
  wait: [int, int, int, fc.oneof(doubles(30), room(12), room(24))],
  discard: [doubles(8), ints, fc.oneof(doubles(30), room(12), room(120))],
  discardEach: [doubles(8), ints, doubles(8), int],
  kill: [nobody, int],
  takeStop: [int],
  letGo: [int],
  exitNow: [fc.constant('0')],
  ...{ repairChildSignal: [], foreignAddons: [], getSubreaper: [], droppedSignals: [] },
  setSubreaper: [fc.boolean()],
  openExitSource: [call, fc.oneof(doubles(8), room(65)), fc.oneof(doubles(8), room(768))],
  takeExits: [fc.boolean()],
  releaseExits: [],
  watchPidfd: [int, int, fc.boolean()],
  unwatchPidfd: [int],
  ...{ pidfdOpen: [int], pidfdState: [int], pidfdExitStatus: [int], closeFd: [int] },
  pidfdSend: [strange, int],
  signalChild: [strange, int],
  startChildSignal: [call],
  stopChildSignal: [],
  spawn: [
    fc.oneof({ weight: 4, arbitrary: plan }, block),
    fc.oneof(ints, fc.constant({ $ints: [0, 0, 0, 0] })),
  ],
  copyEnvironment: [block],
  environmentHolds: [],
  ownPidfdId: [],
  isOpen: [int],
  makePipe: [ints, int],
  bytesInPipe: [int],
  makeMemoryFile: [],
  moveToFile: [int, strange, int, int],
  moveToPipe: [int, strange, int],
  makeBlocking: [int],
  lend: [int],
  handOver: [int],
  moveForeground: [int, int],
  writeFromBackground: [strange, block, fc.nat(50)],
  setDeathSignal: [int],
  makeFifo: [path, int],
  readClock: [doubles(4)],
  openSocket: [int],
  bindSocket: [int, path],
  connectSocket: [int, path],
  listenSocket: [int, int],
  acceptSocket: [int],
  socketPeer: [int, doubles(4)],
  shutdownSocket: [strange, int],
  sendMessage: [strange, block, int, ints],
  receiveMessage: [strange, block, int, fc.oneof(ints, messageRoom)],
  openReadinessSet: [call],
  drainReadiness: [fc.oneof(doubles(8), room(128))],
  ...{ watchFd: [int, int, int], rewatchFd: [int, int, int], unwatchFd: [strange] },
  setWindowSize: [strange, int, int],
  windowSize: [int, ints],
  translateNewlines: [strange, fc.boolean()],
  openSignals: [call],
  drainSignals: [fc.oneof(doubles(8), room(512))],
  subscribeSignal: [int],
  unsubscribeSignal: [int],
}

// A number in place of what is none might mean a process or a descriptor that is someone's.
const wrong = anything.filter((described) => typeof described !== 'number')

function callOf([name, likely]: [string, readonly Arbitrary<unknown>[]]): Arbitrary<Call> {
  const args = likely.map((each) => fc.oneof({ weight: 12, arbitrary: each }, wrong))
  return fc
    .tuple(fc.tuple(...args), fc.nat(40))
    .map(([given, fewer]) => ({ name, args: fewer === 0 ? given.slice(1) : given }))
}

const program = fileURLToPath(new URL('../native-calls.mjs', import.meta.url))

/** Any calls, in a process of their own: each does its work or throws a TypeError; none crashes. */
export const native: Target<Call[]> = {
  name: 'native',
  runsInCi: 20,
  input: fc.array(fc.oneof(...Object.entries(METHODS).map(callOf)), {
    minLength: 1,
    maxLength: 60,
  }),
  async check(calls) {
    const { stdout, stderr } = await outcome(JSON.stringify(calls))
    assert.equal(stdout, 'done', stderr)
    assert(!stderr.includes('ERROR: AddressSanitizer'), stderr)
  },
}

// In a session and a PID namespace of its own, so that no call can reach a process outside.
function outcome(input: string): Promise<{ stdout: string; stderr: string }> {
  const { SEXTON_FUZZ_BUILD: build = root, SEXTON_FUZZ_PRELOAD: preload = '' } = process.env
  const own = ['env', `LD_PRELOAD=${preload}`, process.execPath, program]
  const [file = '', ...args] = [
    'setsid',
    ...asPid1,
    ...own,
    join(build, 'build/Release/sexton.node'),
  ]
  return new Promise((resolve) => {
    const env = { ...environment, ASAN_OPTIONS: 'detect_leaks=0:fast_unwind_on_malloc=0' }
    const options = { env, timeout: patience(30_000), killSignal: 'SIGKILL' } as const
    const child = execFile(file, args, options, (error, stdout, stderr) =>
      resolve({ stdout, stderr: `${error ?? ''}\n${stderr}` }),
    )
    child.stdin?.on('error', () => {}) // it has crashed before it read all
    child.stdin?.end(input)
  })
}
