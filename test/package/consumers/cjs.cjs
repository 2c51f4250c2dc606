const { ExitStatus, SextonError, spawn, waitForExit } = require('sexton')

async function main() {
  const status = await spawn('sh', ['-c', 'exit 7']).exited
  const other = await waitForExit(spawn('sh', ['-c', 'kill -9 $$']).pid, 10_000)
  const failure = await spawn('/no/such/file').exited.catch((error) => error)
  const imported = await import('sexton')
  console.log(
    JSON.stringify({
      code: status.code,
      signal: other.signal,
      isStatus: status instanceof ExitStatus,
      isError: failure instanceof imported.SextonError && SextonError === imported.SextonError,
    }),
  )
}

main()
