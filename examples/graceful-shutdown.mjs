// A server that says who asked it to end, and ends in good order. A second signal, or eight seconds, and it
// does not wait any longer:
//
//   node examples/graceful-shutdown.mjs &
//   kill $!
//
// Under `pid1` the sender is pid1, which forwards what it gets: `pid1 -v` says what that was.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { shutdown } from 'sexton'

const server = createServer((_request, response) => {
  response.write('working …\n')
  setTimeout(() => response.end('done\n'), 500)
})

// Before there is anything to lose: from here on SIGTERM does not end the process by itself.
shutdown(async () => {
  // Answers what was asked, and accepts no more; connections end with their answers.
  server.close()
  server.closeIdleConnections()
  server.keepAliveTimeout = 1
  await once(server, 'close')
  console.log('closed')
})

server.listen(Number(process.env.PORT ?? 0))
await once(server, 'listening')
console.log(`listening on port ${server.address().port}`)
