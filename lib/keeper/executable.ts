import { readFileSync, statSync } from 'node:fs'
import { SextonError } from '../base/errors.js'
import { binding } from '../system/binding.js'
import { compileCommand } from '../system/compile-command.js'
import { packageRoot } from '../system/package-root.js'
import { lackOf, type Need } from './refusal.js'

const NAME = 'sexton-keeper'

// Where the keeper may lie: built on this machine, or prebuilt. The addon is looked for in the same order.
const FOLDERS = ['build/Release', 'build/Debug', `prebuilds/${process.platform}-${process.arch}`]

/** The keeper's program. */
export interface Executable {
  /** Its path; for one that is started from memory, the path that it was read from. */
  path: string
  /** A descriptor of a file in memory with its contents, if it cannot be executed where it lies. */
  memory?: number
}

/** The permission to execute the keeper's program, which each job needs. */
export const executing = (path: string): Need => ({
  syscall: 'execve',
  path,
  advice: `A job needs to execute sexton's keeper, where it lies or from memory.
Permit one of them: chmod a+rx '${path}', or memfd_create(2) in the sandbox`,
})

const build = () => `To build it, which needs a C++17 compiler: ${compileCommand()}`

/** A program that is for this machine, which each job needs. */
export const matching = (path: string): Need => ({
  syscall: 'execve',
  path,
  advice: `The file is not a program for this machine.\n${build()}`,
})

let known: Executable | undefined

/**
 * Finds the keeper's program.
 *
 * @throws {SextonError} `ERR_UNSUPPORTED` with the `path` where it is missing.
 */
export function keeperExecutable(): Executable {
  known ??= find()
  return known
}

function find(): Executable {
  const paths = FOLDERS.map((folder) => `${packageRoot}${folder}/${NAME}`)
  const path = paths.find(mayBeThere)
  if (path !== undefined) return { path }
  const problem = `jobs need sexton's keeper, which is missing: ${paths.at(-1)}`
  throw new SextonError('ERR_UNSUPPORTED', `${problem}\n${build()}`, {
    path: paths.at(-1) as string,
  })
}

// Not existsSync(): access(2) ignores the capability to search any folder. A program that this user may not look for may be
// there, and its start tells why it fails.
function mayBeThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}

/**
 * Reads the program into memory, from where it can be executed: it may lie on a file system without permission to
 * execute, or in an archive that only Node looks into.
 *
 * @param refusal Why it cannot be executed where it lies.
 * @throws {SextonError} `ERR_UNSUPPORTED` with the `path` and `errno`, if that fails too.
 */
export function moveToMemory(executable: Executable, refusal: SextonError): Executable {
  const { path } = executable
  const memory = binding.makeSealedFile(read(path, refusal))
  if (memory < 0) throw lackOf({ ...executing(path), syscall: 'memfd_create' }, -memory)
  const moved = { path, memory }
  if (executable === known) known = moved
  return moved
}

function read(path: string, refusal: SextonError): Uint8Array {
  try {
    return readFileSync(path)
  } catch {
    throw lackOf(executing(path), refusal.errno ?? 0)
  }
}
