import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SextonError, systemError } from '../../base/errors.js'
import type { Place } from './arguments.js'

/** The text of an answer, and its media type. */
export interface Page {
  type: string
  text: string
}

const PATH = '/metrics'
const HELP: Page = { type: 'text/plain; charset=utf-8', text: `sexton exporter: see ${PATH}\n` }

// A scraper needs one connection. With a limit, others cannot take all descriptors.
const MOST_CONNECTIONS = 64
// Milliseconds that a client has for its request.
const REQUEST_TIME = 10_000

/** A server over HTTP that has one page. */
export class PageServer {
  readonly #server: Server
  readonly #render: () => Promise<Page>
  readonly #answers = new Set<Promise<void>>()

  private constructor(render: () => Promise<Page>) {
    this.#render = render
    // Here and not at the start of the program, where it would make the start of every other command slower.
    const { createServer } = process.getBuiltinModule('node:http')
    const limits = { requestTimeout: REQUEST_TIME, headersTimeout: REQUEST_TIME }
    this.#server = createServer(limits, (request, response) => this.#hear(request, response))
    this.#server.maxConnections = MOST_CONNECTIONS
  }

  /**
   * Begins to listen.
   *
   * @param render Makes the page for one request.
   * @throws {SextonError} `ERR_SYSTEM` if that is refused, for example because the port is in use.
   */
  static async listen({ address, port }: Place, render: () => Promise<Page>): Promise<PageServer> {
    const server = new PageServer(render)
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', (error) => reject(refused(error, address, port)))
      server.#server.listen(port, address, resolve)
    })
    return server
  }

  /** Where its page is. */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${PATH}`
  }

  /** Accepts no more, answers what was asked, and closes every connection. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    await Promise.all(this.#answers)
    // A client that has asked nothing, or half of it, is not waited for.
    this.#server.closeAllConnections()
    await closed
  }

  #hear(request: IncomingMessage, response: ServerResponse): void {
    const answer = this.#answer(request, response).finally(() => this.#answers.delete(answer))
    this.#answers.add(answer)
  }

  async #answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = new Promise<void>((resolve) => response.once('close', resolve))
    const [path] = url.split('?')
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      send(response, 405, text(`expected GET ${PATH}`))
    } else if (path === PATH) {
      await this.#sendPage(response)
    } else {
      send(response, path === '/' ? 200 : 404, HELP)
    }
    await sent
  }

  async #sendPage(response: ServerResponse): Promise<void> {
    try {
      send(response, 200, await this.#render())
    } catch (error) {
      if (!(error instanceof SextonError)) throw error
      send(response, 503, text(error.message))
    }
  }
}

const text = (message: string): Page => ({ ...HELP, text: `${message}\n` })

function send(response: ServerResponse, status: number, { type, text }: Page): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'Another program listens there. Take another port, for example --port 0 for a free one.',
  EADDRNOTAVAIL: 'This machine does not have that address. Take 0.0.0.0 for all that it has.',
  EACCES: 'A port below 1024 needs the right to it (CAP_NET_BIND_SERVICE).',
}

function refused(error: NodeJS.ErrnoException, address: string, port: number): SextonError {
  const { code = '', errno = 0, syscall = 'listen' } = error
  const failure = systemError(errno, syscall)
  const advice = ADVICE[code] === undefined ? '' : `\n${ADVICE[code]}`
  const message = `exporter: cannot listen on ${address}, port ${port}: ${failure.message}${advice}`
  return new SextonError('ERR_SYSTEM', message, { errno, syscall, cause: error })
}
