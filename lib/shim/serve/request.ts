import { fstatSync, readSync } from 'node:fs'
import { closeDescriptor } from '../../system/descriptors.js'
import { Refusal } from '../refusal.js'
import type { Limits, Surroundings } from '../surroundings.js'
import { HandedOver } from './handed-over.js'

// A front sends one message, with a count and with so many numbers. These are the numbers that the manager's descriptors
// have in the front. The descriptors come with the message, behind another one: a file in memory with texts, each with its
// NUL. The texts are the version, the working directory, the umask, the limits of descriptors (soft and hard, -1 for none),
// the name of the program, how many arguments follow, those, and the variables of the environment. A keeper holds them for
// the next server. native/front/request.cc writes all this.

/**
 * The version of all that: of a server in its greeting, of a front in its texts. They must stay there in all versions.
 * native/front/request.h has the same.
 */
export const REQUEST_VERSION = 2

const WORD = 4 // bytes
const HEAD = 7 // texts

/** A manager's request, as its front hands it over. */
export interface Request {
  /** The name by which the front was called. */
  program: string
  words: string[]
  surroundings: Surroundings
  /** The texts, as they came. */
  texts: Buffer
  /** Copies of the front's descriptors. The receiver closes them. */
  handed: HandedOver
}

/**
 * Decodes the message of a front.
 *
 * @param fds The descriptors that came along. They are closed if it is not one.
 * @param pid The front's pid.
 * @throws {RangeError} if it is not one.
 * @throws {Refusal} if it is another version's.
 */
export function decodeRequest(message: Buffer, fds: readonly number[], pid: number): Request {
  const [file, ...given] = fds
  try {
    const numbers = Array.from({ length: Math.floor(message.length / WORD) }, (_, i) =>
      message.readInt32LE(i * WORD),
    )
    const [count, ...names] = numbers
    const handed = new HandedOver(names.map((name, i) => [name, given[i] as number] as const))
    const texts = file === undefined ? Buffer.alloc(0) : contentOf(file)
    const request = requestIn(texts, handed, pid)
    if (count === given.length && names.length === given.length) return request
    throw new RangeError(`invalid request of a front: ${count} descriptors, ${given.length} came`)
  } catch (error) {
    for (const fd of given) closeDescriptor(fd)
    throw error
  } finally {
    if (file !== undefined) closeDescriptor(file)
  }
}

/**
 * Reads the texts of a request.
 *
 * @param handed Default: none, because the request is an earlier server's, and the keeper has what is needed.
 * @throws {RangeError} if they are not whole.
 * @throws {Refusal} if they are another version's.
 */
export function requestIn(texts: Buffer, handed = new HandedOver([]), pid = 0): Request {
  const parts = split(texts)
  const head = parts.slice(0, HEAD).map(String)
  const [version, cwd = '', umask, soft, hard, program = '', count] = head
  if (version !== String(REQUEST_VERSION)) {
    throw new Refusal('the request is of another version of sexton than this server')
  }
  const variables = parts.slice(HEAD + Number(count))
  if (!(variables.length >= 0) || cwd === '') throw new RangeError('invalid texts of a front')
  const limits: Limits = { nofile: { soft: limitIn(soft), hard: limitIn(hard) } }
  return {
    ...{ program, texts, handed, words: parts.slice(HEAD, HEAD + Number(count)).map(String) },
    surroundings: {
      ...{ cwd, pid, env: byName(variables) },
      descriptor: (number) => handed.get(number),
      programs: {
        ...{ cwd, env: variables, cleanEnv: true },
        ...{ umask: Number(umask), rlimits: limits },
      },
    },
  }
}

function byName(variables: readonly Buffer[]): Record<string, string> {
  const pairs = variables.map((variable) => /^([^=]*)=(.*)$/s.exec(String(variable)) ?? [])
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
}

function limitIn(text: string | undefined): number {
  return Number(text) < 0 ? Number.POSITIVE_INFINITY : Number(text)
}

function split(texts: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < texts.length; ) {
    const end = texts.indexOf(0, at)
    if (end < 0) break
    parts.push(texts.subarray(at, end))
    at = end + 1
  }
  return parts
}

/** Reads a file in memory. */
export function contentOf(fd: number): Buffer {
  const bytes = Buffer.alloc(fstatSync(fd).size)
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0))
}
