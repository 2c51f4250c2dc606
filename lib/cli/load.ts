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

// What a program's file starts with: it runs the program proper from the file beside it, with V8's code
// cache, without which to compile takes a tenth of the start. The cache lies with the program, where
// only those can write whose program it is, and is made by the first run of one of them.

declare const SEXTON_PROGRAM: string
declare const SEXTON_DIGEST: string
/** The exit code if the program cannot do its work. */
declare const SEXTON_FAILURE: number

const file = `${__dirname}/${SEXTON_PROGRAM}-program.js`
// V8 takes no cache of another version, and none made under other flags.
const key = [SEXTON_DIGEST, process.versions.v8, process.arch, ...process.execArgv]
const cache = `${file}-${key.join('-').split('/').join('')}.cache`

// Code from a cache is not counted block by block, as a coverage run wants it.
const counted = process.env.NODE_V8_COVERAGE !== undefined
const cachedData = counted ? undefined : readCache()
const wrapped = `(function(require,module,__dirname){${readFileSync(file, 'latin1')}\n})`
const script = new Script(wrapped, { filename: file, ...(cachedData && { cachedData }) })
// Node would print the line of the error, of a file that is minified, and a stack.
process.on('uncaughtException', fail)
try {
  script.runInThisContext()(require, module, __dirname)
} catch (error) {
  fail(error)
}
// Now, as then it has what the start needs; and before the program can have ended.
if (cachedData === undefined && !counted) writeCache()

function fail(error: unknown): never {
  const text = `${SEXTON_PROGRAM}: ${explanation(error)}\n`
  // Without a listener, a reader that went away would end it with another error.
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

// To the disk before it gets its name: half a cache, after a crash, would be taken for a whole one.
function writeCache(): void {
  const draft = `${cache}-${process.hrtime().join('')}`
  let fd: number | undefined
  try {
    fd = openSync(draft, 'wx')
    fchmodSync(fd, 0o644) // for every user, whatever the umask
    writeFileSync(fd, script.createCachedData())
    fsyncSync(fd)
    renameSync(draft, cache)
  } catch {
    // Not ours to write to, read-only, or full: then it starts without.
    if (fd !== undefined) remove(draft)
  }
  if (fd !== undefined) closeSync(fd)
}

// A disk that is full takes no cache, but a draft each time.
function remove(draft: string): void {
  try {
    unlinkSync(draft)
  } catch {}
}
