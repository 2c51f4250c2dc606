import { describe, expect, it } from 'vitest'
import { sized } from '../pace.mjs'
import { programFile } from '../program-file.js'

const programs = await programFile<typeof import('./terminal.program.js')>(
  './terminal.program.ts',
  import.meta.url,
)

// A pipe of one page at descriptors 3 and 4, which a child keeps full.
const FULL = `import fcntl, os, sys
for wanted, end in zip((3, 4), [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in os.pipe()]):
    os.dup2(end, wanted)
    os.close(end)
fcntl.fcntl(4, 1031, 4096) # F_SETPIPE_SZ
if os.fork() == 0:
    os.close(3)
    try:
        while True: os.write(4, bytes(4096))
    except BrokenPipeError: os._exit(0)
os.execvp(sys.argv[1], sys.argv[1:])`

describe('writeFromBackground', () => {
  it('never blocks where another writer takes the room of a pipe', async () => {
    const times = sized(3000, 500)
    const prefix = ['python3', '-c', FULL]
    // This program is the only reader, so a write that blocks does so for ever.
    const result = await programs.evaluate('writeToFullPipe', [3, 4, times], { prefix })
    expect(result.written + result.refused).toBe(times)
    expect(result.refused).toBeGreaterThan(0)
  })
})
