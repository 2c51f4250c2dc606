import { types } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { binding } from '../system/binding.js'
import { splitBlock } from './environment-block.js'

// Copies this process's environment byte for byte, although a worker with SHARE_ENV may change it meanwhile.
//
// `environ` belongs to the C library. Its lock cannot be taken from outside, and musl has no lock. Node guards
// `process.env` by one mutex, which every read of a variable takes for a moment. So the environment is copied, a
// variable is read, and the environment is copied again. A change that was in progress during the first copy has
// ended before the second one, so two equal copies are whole. Usually one copy is enough: a copy that equals the
// last whole one is whole too.

/** The most pairs of copies to compare before reading each variable from `process.env` instead. */
const ATTEMPTS = 4

/** The most copies to search for a variable's bytes before using its text from `process.env`. */
const LOOKS = 100

const NO_SUCH_VARIABLE = 'SEXTON_NO_SUCH_VARIABLE'
const REPLACEMENT = '\ufffd'

let room = Buffer.allocUnsafeSlow(16_384)
let whole: Buffer | undefined
/** Whether the last copy was equal to `whole`. */
let isLastWhole = false

/**
 * Copies this process's environment.
 *
 * @returns Its entries, each with its NUL; `undefined` if `process.env` is not this process's own environment, or
 * if another thread changes the environment all the time.
 */
export function ownEnvironment(): Uint8Array | undefined {
  if (!isNative(process.env)) return undefined
  if (whole !== undefined && (holds() || isCopy(whole))) return whole
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    whole = wholeCopy()
    if (whole !== undefined) return whole
  }
  return undefined
}

/**
 * Restores the original bytes of variables that were read from `process.env`, which replaces bytes that are not
 * UTF-8.
 */
export function withOwnBytes(entries: readonly Uint8Array[]): readonly Uint8Array[] {
  const text = entries.map((entry) => Buffer.from(entry).toString())
  if (!text.some((each) => each.includes(REPLACEMENT)) || !isNative(process.env)) return entries
  const exact = new Map<string, Uint8Array>()
  for (let look = 0; look < LOOKS && !text.every((each) => isFound(each, exact)); look += 1) {
    for (const entry of splitBlock(Buffer.from(copy().bytes))) {
      exact.set(Buffer.from(entry).toString(), entry)
    }
  }
  return entries.map((entry, i) => exact.get(text[i] as string) ?? entry)
}

function isFound(text: string, exact: ReadonlyMap<string, Uint8Array>): boolean {
  return !text.includes(REPLACEMENT) || exact.has(text)
}

function wholeCopy(): Buffer | undefined {
  const before = Buffer.from(copy().bytes)
  if (process.env[NO_SUCH_VARIABLE] !== undefined) return undefined
  return isCopy(before) ? before : undefined
}

// The check takes a quarter of the time of a copy. If it is false, a copy decides.
function holds(): boolean {
  return isLastWhole && binding.environmentHolds()
}

function isCopy(block: Buffer): boolean {
  const { bytes, readable } = copy()
  isLastWhole = readable && bytes.equals(block)
  return isLastWhole
}

/** Makes a copy, which may be torn and is valid until the next one. `readable`: all of it could be read. */
function copy(): { bytes: Buffer; readable: boolean } {
  isLastWhole = false
  for (;;) {
    const result = binding.copyEnvironment(room)
    const length = result < 0 ? -1 - result : result
    if (length <= room.length) return { bytes: room.subarray(0, length), readable: result >= 0 }
    room = Buffer.allocUnsafeSlow(2 * length)
  }
}

// Test runners replace `process.env` with another object. Only Node's own object refuses an accessor, and it does
// so before anything has changed.
let known: { env: NodeJS.ProcessEnv; native: boolean } | undefined

function isNative(env: NodeJS.ProcessEnv): boolean {
  if (!isMainThread) return false
  if (known?.env !== env) known = { env, native: refusesAccessor(env) }
  return known.native
}

function refusesAccessor(env: NodeJS.ProcessEnv): boolean {
  if (types.isProxy(env)) return false
  try {
    const get = () => ''
    Reflect.defineProperty(env, NO_SUCH_VARIABLE, { configurable: true, get })
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_INVALID_OBJECT_DEFINE_PROPERTY'
  }
  Reflect.deleteProperty(env, NO_SUCH_VARIABLE)
  return false
}
