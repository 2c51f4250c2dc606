import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Serves a folder as hosts of static pages do: `/page` is `page.html`. Resolves to the server, which listens. */
export async function serve(folder) {
  const server = createServer(({ url }, response) => {
    const path = decodeURI(url.split(/[?#]/)[0])
    const names = path.endsWith('/') ? [`${path}index.html`] : [path, `${path}.html`]
    const file = names
      .map((name) => join(folder, name))
      .find((name) => extname(name) !== '' && existsSync(name))
    if (file === undefined) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' })
    return response.end(readFileSync(file))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
