import { loadAddon } from './addon.js'

// Access to the kernel, for every other room.
//
// `binding` types the native addon, which parses arguments, makes a system call and converts the result. It has
// no policy and no timers. `proc.ts` is the only module that reads /proc. It builds on `proc-access.ts`, which separates
// "the process is gone" from "nothing is known", and on `proc-formats.ts`, which parses. `descendants.ts`
// walks a tree of processes that changes while it is read. `signal-names.ts` maps names to this system's numbers.
// Nothing here takes the status of a process.

/** The native addon. A negative number that a function returns is `-errno`. */
export interface Binding {
  readonly waitFields: number
  readonly onlyThisThread: number
  readonly peek: number
  readonly realtimeMin?: number
  readonly realtimeMax?: number
  readonly resources: Readonly<Record<string, number>>

  wait(idType: number, id: number, flags: number, records: Float64Array): number
  discard(claims: Float64Array, limits: Int32Array, records: Float64Array): number
  discardEach(claims: Float64Array, limits: Int32Array, pids: Float64Array, from: number): number
  kill(pid: number, signal: number): number
  takeStop(pid: number): number
  letGo(pid: number): number
  exitNow(code: number): never
  readClock(time: Float64Array): void
  repairChildSignal(): boolean
  foreignAddons(): number
  threadId(): number
  threadExists(id: number): boolean
  setSubreaper(enabled: boolean): number
  getSubreaper(): number

  readonly exitBatch: number
  openExitSource(onExits: () => void, tokens: Float64Array, records: Float64Array): number
  takeExits(on: boolean): void
  releaseExits(): void
  watchPidfd(pidfd: number, token: number, owned: boolean): number
  unwatchPidfd(pidfd: number): number
  pidfdOpen(pid: number): number
  pidfdSend(pidfd: number, signal: number): number
  signalChild(pidfd: number, signal: number): number
  pidfdState(pidfd: number): number
  pidfdAwait(pidfd: number, milliseconds: number): number
  pidfdExitStatus(pidfd: number): number
  closeFd(fd: number): void
  startChildSignal(onSignal: () => void): number
  stopChildSignal(): void

  readonly spawnSteps: readonly string[]
  readonly planWords: Readonly<Record<PlanWord, number>>
  readonly planFlags: Readonly<Record<PlanFlag, number>>
  readonly limitWords: Readonly<Record<LimitWord, number>>
  spawn(plan: Uint8Array, result: Int32Array): void
  birthState(birth: number, milliseconds: number, report: Int32Array): number
  forgetBirth(birth: number, report: Int32Array): boolean
  awaitBirths(milliseconds: number): number
  copyEnvironment(room: Uint8Array): number
  environmentHolds(): boolean
  ownPidfdId(): bigint | undefined
  isOpen(fd: number): boolean
  makePipe(ends: Int32Array, ours: 0 | 1 | -1): number
  makeBlocking(fd: number): number
  makeSocketPair(ends: Int32Array): number
  makeSealedFile(bytes: Uint8Array): number
  makeMemoryFile(): number
  moveToFile(pipe: number, file: number, at: number, most: number): number
  moveToPipe(from: number, pipe: number, most: number): number
  hasReader(fd: number): boolean
  bytesInPipe(fd: number): number
  makeFifo(path: Uint8Array, mode: number): number
  lend(fd: number): void
  handOver(fd: number): void
  moveForeground(from: number, to: number): number
  writeFromBackground(fd: number, bytes: Uint8Array, patience: number): number
  setDeathSignal(signal: number): number

  readonly socketTypes: Readonly<Record<'stream' | 'datagram' | 'seqpacket', number>>
  readonly messageFlags: Readonly<Record<'peek' | 'truncated' | 'descriptorsLost', number>>
  readonly messageFields: number
  openSocket(type: number): number
  bindSocket(fd: number, path: Uint8Array): number
  connectSocket(fd: number, path: Uint8Array): number
  listenSocket(fd: number, backlog: number): number
  acceptSocket(fd: number): number
  socketPeer(fd: number, peer: Float64Array): number
  shutdownSocket(fd: number, how: number): number
  sendMessage(fd: number, bytes: Uint8Array, flags: number, fds: Int32Array): number
  receiveMessage(fd: number, bytes: Uint8Array, flags: number, message: Int32Array): number

  readonly readinessBatch: number
  readonly readinessFields: number
  openReadinessSet(onReady: () => void): number
  drainReadiness(occurred: Float64Array): number
  watchFd(fd: number, events: number, token: number): number
  rewatchFd(fd: number, events: number, token: number): number
  unwatchFd(fd: number): number

  setWindowSize(fd: number, rows: number, columns: number): number
  windowSize(fd: number, size: Int32Array): number
  translateNewlines(fd: number, on: boolean): number

  readonly signalBatch: number
  readonly signalFields: number
  openSignals(onSignals: () => void): number
  drainSignals(records: Float64Array): number
  subscribeSignal(signal: number): number
  unsubscribeSignal(signal: number): void
  hasHandler(signal: number): 0 | 1
  droppedSignals(): number
}

type Half = 'Low' | 'High'
type Sections = 'fd' | 'group' | 'limit'

/** The words of a plan: see native/spawn/plan.h. */
export type PlanWord =
  | ('size' | 'flags' | 'uid' | 'gid' | 'umask' | 'processGroup' | 'deathSignal' | 'cgroupFd')
  | `${'ignored' | 'blocked'}${Half}`
  | (`${Sections}s` | `${Sections}Count`)
  | ('files' | 'fileBytes' | 'argv' | 'argvBytes' | 'env' | 'envBytes' | 'cwd')
/** The flags of a plan, by value. */
export type PlanFlag =
  | ('session' | 'foreground' | 'pidfd' | 'groups' | 'groupsIfAllowed')
  | ('mask' | 'ownVariables' | 'noShell' | 'unawaited' | 'outlives' | 'keepsSignals')
/** The words of a plan's limit. */
export type LimitWord = 'resource' | `${'soft' | 'hard'}${Half}`

/** Values of `idtype_t` for waitid(2). */
export const P_ALL = 0
export const P_PID = 1
export const P_PIDFD = 3

export const binding: Binding = loadAddon() as Binding
