// The program of the Dockerfile beside it: a server that starts a process for each request, does not
// wait for what that leaves behind, and closes in good order on SIGTERM.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'

const server = createServer((_request, response) => {
  // The shell ends at once; its background process is an orphan then, which comes to PID 1.
  execFile('sh', ['-c', 'sleep 0.1 & echo $PPID'], (_error, stdout) => {
    response.end(`pid ${stdout.trim()}, under PID ${process.ppid}\n`)
  })
})

server.listen(Number(process.env.PORT ?? 8080))
await once(server, 'listening')
console.log(`listening on port ${server.address().port}`)

// As PID 1 Node would have to have this handler to end at all; under pid1 it is for a good order only.
await once(process, 'SIGTERM')
server.close()
server.closeIdleConnections()
server.keepAliveTimeout = 1
await once(server, 'close')
console.log('closed')
