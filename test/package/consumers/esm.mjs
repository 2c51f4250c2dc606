import { ExitStatus, SextonError, spawn, waitForExit } from 'sexton'

const status = await spawn('sh', ['-c', 'exit 7']).exited
const other = await waitForExit(spawn('sh', ['-c', 'kill -9 $$']).pid, 10_000)
const failure = await spawn('/no/such/file').exited.catch((error) => error)
console.log(
  JSON.stringify({
    code: status.code,
    signal: other.signal,
    isStatus: status instanceof ExitStatus,
    isError: failure instanceof SextonError,
  }),
)
