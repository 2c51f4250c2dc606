import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { Script } from 'node:vm'
import { explanation } from './explanation.js'

// The loader at the start of each program's file. It runs the program from the file beside it with V8's code
// cache, because compiling takes a tenth of the start. The first run whose user may write there creates the
// cache beside the program, so only users who could change the program can change its cache.

declare const SEXTON_PROGRAM: string
declare const SEXTON_DIGEST: string
/** The exit code of a program that fails to run. */
declare const SEXTON_FAILURE: number

const file = `${__dirname}/${SEXTON_PROGRAM}-program.js`
// V8 rejects a cache of another version, or one that was made with other flags.
const key = [SEXTON_DIGEST, process.versions.v8, process.arch, ...process.execArgv]
const cache = `${file}-${key.join('-').split('/').join('')}.cache`

// A coverage run needs counts for each block, which V8 does not take of code from a cache.
const counted = process.env.NODE_V8_COVERAGE !== undefined
const cachedData = counted ? undefined : readCache()
const source = readFileSync(file, 'utf8') // a function: see esbuild.mjs
const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) })
// Without this, Node would print a line of the minified file and a stack.
process.on('uncaughtException', fail)
try {
  script.runInThisContext()(require, module, __dirname)
} catch (error) {
  fail(error)
}
// Write the cache now: it holds the functions that the start has used, and the program has not exited yet.
if (cachedData === undefined && !counted) writeCache()

function fail(error: unknown): never {
  const text = `${SEXTON_PROGRAM}: ${explanation(error)}\n`
  // Without a listener, a reader that has closed the pipe would cause another error.
  process.stderr.on('error', () => {}).write(text)
  process.exit(SEXTON_FAILURE)
}

function readCache(): Buffer | undefined {
  try {
    return readFileSync(cache)
  } catch {
    return undefined
  }
}

// Sync the cache before renaming it. Otherwise half a cache could have its final name after a crash.
function writeCache(): void {
  const draft = `${cache}-${process.hrtime().join('')}`
  let fd: number | undefined
  try {
    fd = openSync(draft, 'wx')
    fchmodSync(fd, 0o644) // readable by every user, whatever the umask
    writeFileSync(fd, script.createCachedData())
    fsyncSync(fd)
    renameSync(draft, cache)
  } catch {
    // The folder is read-only, full, or belongs to another user. The program then runs without a cache.
    if (fd !== undefined) remove(draft)
  }
  if (fd !== undefined) closeSync(fd)
}

// Removes the draft. Otherwise each run would leave one on a full disk.
function remove(draft: string): void {
  try {
    unlinkSync(draft)
  } catch {}
}
