import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Place } from '../../lib/shim/serve/place.js'
import { closeDescriptor } from '../../lib/system/descriptors.js'
import { bindSocket, listenSocket, openSocket } from '../../lib/system/unix-socket.js'
import { eventually } from '../eventually.js'
import { at, exitOf, front, startShim } from '../lib/shim/shims.js'
import { temporaryFolder } from '../lib/system/folder.js'
import { lacksRoot } from '../needs.js'
import { run } from '../program.js'

// The place at which fronts and servers meet, and who else may be there.

const NOBODY = 65534
const AS_NOBODY = ['setpriv', '--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups']

/** What a front says, and a server that is started by hand says the same. */
async function refusal(env: Record<string, string>, prefix: readonly string[] = []) {
  const said = []
  for (const words of [['--compat', 'conmon', '-c', 'c'], ['serve']]) {
    const { code, stdout, stderr } = await run([...prefix, front, ...words], { env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    said.push(stderr.replace('sexton-shim: ', '').trim())
  }
  const [first, second] = said
  expect(second).toBe(first)
  return first
}

/** A folder of the user nobody. */
function nobodysFolder(mode = 0o700): string {
  const outer = temporaryFolder()
  chmodSync(outer, 0o755)
  const folder = join(outer, 'run')
  mkdirSync(folder)
  give(folder, mode)
  return folder
}

function give(path: string, mode: number): void {
  chownSync(path, NOBODY, NOBODY)
  chmodSync(path, mode)
}

describe('The place of a socket', () => {
  const LONGEST = 81

  it('is refused if it leaves no room for the paths beside it', async () => {
    const socket = `${temporaryFolder()}/`.padEnd(LONGEST + 1, 's')
    const said = `the path of the server's socket has more than ${LONGEST} bytes: ${socket}`
    expect(await refusal(at(socket))).toBe(said)
  })

  it('serves a container with a terminal if it is as long as it may be', async () => {
    const folder = temporaryFolder()
    const server = `${folder}/`.padEnd(LONGEST, 's')
    const shim = startShim({ server, script: 'exit 3', options: ['-t'] })
    expect(await shim.message(0)).toEqual({ data: shim.pid('pidfile') })
    expect(await exitOf(shim)).toBe('3')
    await eventually(() => expect(existsSync(server)).toBe(false))
  })
})

describe.skipIf(lacksRoot())('The place of a user', () => {
  it('is missing without XDG_RUNTIME_DIR, or if that is relative', async () => {
    const said = 'no place for the server: set XDG_RUNTIME_DIR or SEXTON_SHIM_SOCKET'
    expect(await refusal({}, ['env', '-u', 'XDG_RUNTIME_DIR', ...AS_NOBODY])).toBe(said)
    expect(await refusal({ XDG_RUNTIME_DIR: 'run' }, AS_NOBODY)).toBe(said)
  })

  it('is refused if XDG_RUNTIME_DIR is no folder, or not the user’s', async () => {
    const others = temporaryFolder()
    chmodSync(others, 0o777)
    const file = join(others, 'file')
    writeFileSync(file, '')
    give(file, 0o600)
    for (const path of [others, file, '/nonexistent']) {
      const said = `XDG_RUNTIME_DIR is not a folder of this user: ${path}`
      expect(await refusal({ XDG_RUNTIME_DIR: path }, AS_NOBODY)).toBe(said)
    }
  })

  it('is refused if its folder is open to others, theirs, or a link', async () => {
    const runtime = nobodysFolder()
    const folder = join(runtime, 'sexton-shim')
    const said = `the server's folder must be this user's, with the mode 0700: ${folder}`
    const expectRefusal = async () => {
      expect(await refusal({ XDG_RUNTIME_DIR: runtime }, AS_NOBODY)).toBe(said)
      rmSync(folder, { recursive: true })
    }
    mkdirSync(folder)
    give(folder, 0o755)
    await expectRefusal()
    mkdirSync(folder, { mode: 0o700 })
    await expectRefusal()
    symlinkSync(nobodysFolder(), folder)
    await expectRefusal()
  })

  it('is refused if others may change the folder of its socket', async () => {
    const open = nobodysFolder()
    const socket = join(open, 'socket')
    const said = `other users may change the folder of SEXTON_SHIM_SOCKET: ${open}`
    expect(await refusal(at(socket))).toBe(said)
    chownSync(open, 0, 0)
    chmodSync(open, 0o777)
    expect(await refusal(at(socket))).toBe(said)
  })
})

describe.skipIf(lacksRoot())('A place among those of other users', () => {
  /** A folder where everybody may make files, as in /tmp. */
  const shared = () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o1777)
    return join(folder, 'socket')
  }
  const taken = (socket: string) => `another user has a server, socket, lock or folder at ${socket}`

  /** Has another user listen at a path for as long as the test lasts. */
  const listening = (path: string) => {
    const fd = openSocket('seqpacket')
    onTestFinished(() => closeDescriptor(fd))
    process.seteuid?.(NOBODY)
    try {
      bindSocket(fd, path)
      listenSocket(fd)
    } finally {
      process.seteuid?.(0)
    }
    return fd
  }

  it('is refused if one has a server there', async () => {
    const socket = shared()
    listening(socket)
    const { stderr } = await run([front, '--compat', 'conmon', '-c', 'c'], { env: at(socket) })
    expect(stderr).toBe(`sexton-shim: ${taken(socket)}\n`)
    expect(existsSync(socket)).toBe(true)
  })

  it('is refused if one has left a socket, a lock or a folder', async () => {
    const socket = shared()
    for (const [ending, make] of [
      ['', () => listening(socket)],
      ['.lock', () => writeFileSync(`${socket}.lock`, '')],
      ['.held', () => mkdirSync(`${socket}.held`)],
    ] as const) {
      const path = `${socket}${ending}`
      make()
      give(path, 0o777)
      const { stderr } = await run([front, 'serve', socket])
      expect(stderr).toBe(`sexton-shim: ${taken(socket)}\n`)
      expect(existsSync(path)).toBe(true)
      rmSync(path, { recursive: true })
    }
  })

  it('gives no server a folder of keepers that one has made', () => {
    const socket = shared()
    mkdirSync(`${socket}.held`)
    give(`${socket}.held`, 0o777)
    expect(() => new Place(socket)).toThrow('expected one of this user')
  })

  it('is refused if a file is there, which stays', async () => {
    const socket = join(temporaryFolder(), 'socket')
    writeFileSync(socket, 'precious')
    expect(await refusal(at(socket))).toBe(`a file that is not a socket is at ${socket}`)
    expect(readFileSync(socket, 'utf8')).toBe('precious')
  })
})
