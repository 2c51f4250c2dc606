import { randomBytes } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const SOCKET = '.keeper'
// The mode of the folder: no other user can put the socket of a keeper there.
const MODE = 0o700

/** The sockets of a container's keeper: the one for servers, and the one for its terminal. */
export interface KeeperPaths {
  socket: string
  console: string
}

/** The folder beside a server's socket in which the keepers of its containers have theirs. */
export class Place {
  readonly #folder: string

  /**
   * @param socket The path of the server's socket.
   * @throws {Error} if another user has made the folder, and could give this server containers of its own.
   */
  constructor(socket: string) {
    this.#folder = `${socket}.held`
    mkdirSync(this.#folder, { recursive: true, mode: MODE })
    const found = lstatSync(this.#folder)
    if (!found.isDirectory() || found.uid !== process.geteuid?.()) {
      throw new Error(`invalid folder '${this.#folder}': expected one of this user`)
    }
    chmodSync(this.#folder, MODE)
  }

  /** Paths that no keeper has. Short ones: the runtime connects by the one of the console. */
  free(): KeeperPaths {
    return this.#paths(randomBytes(6).toString('hex'))
  }

  /** The paths of keepers that earlier servers have left. */
  left(): KeeperPaths[] {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith(SOCKET))
    return names.map((name) => this.#paths(name.slice(0, -SOCKET.length)))
  }

  #paths(name: string): KeeperPaths {
    const at = (ending: string) => join(this.#folder, `${name}${ending}`)
    return { socket: at(SOCKET), console: at('.console') }
  }
}

/** Removes the sockets of a keeper that was killed. */
export function removeSockets({ socket, console }: KeeperPaths): void {
  for (const path of [socket, console]) rmSync(path, { force: true })
}
