import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { spawn } from '../../lib/index.js'
import { readRest } from '../../lib/spawn/pipe-rest.js'
import { binding } from '../../lib/system/binding.js'

const MIB = 2 ** 20
const F_SETPIPE_SZ = 1031

const filling = (size: number) => `
import fcntl, os
fcntl.fcntl(1, ${F_SETPIPE_SZ}, ${size})
left = ${size}
while left: left -= os.write(1, b'x' * left)`

describe('A pipe that its child has enlarged', () => {
  it('is read to its end, however full it is', async () => {
    const ends = new Int32Array(2)
    binding.makePipe(ends, 0)
    const [ours, theirs] = ends as unknown as [number, number]
    try {
      const stdio = ['ignore', theirs, 'inherit'] as const
      const child = spawn('python3', ['-c', filling(MIB)], { stdio })
      binding.closeFd(theirs)
      expect((await child.exited).code).toBe(0)
      let read = 0
      const ended = readRest(ours, (piece) => {
        read += piece.length
      })
      expect({ read, ended }).toEqual({ read: MIB, ended: true })
    } finally {
      binding.closeFd(ours)
    }
  })

  it('is not read for ever while a descendant writes on', async () => {
    const script = 'head -c 1000 /dev/zero; yes &'
    const child = spawn('sh', ['-c', `${script} echo $! >&2`])
    await child.exited
    const pid = Number((await buffer(child.stderr)).toString())
    process.kill(pid, 'SIGKILL')
    expect((await buffer(child.stdout)).length).toBeGreaterThanOrEqual(1000)
  })

  // Beyond the limit of ordinary users, which root can pass and the system's owner can raise.
  it('beyond that loses nothing', async ({ skip }) => {
    const size = 8 * MIB
    const child = spawn('python3', ['-c', filling(size)])
    const { code } = await child.exited
    const most = Number(readFileSync('/proc/sys/fs/pipe-max-size', 'latin1'))
    const errors = (await buffer(child.stderr)).toString()
    skip(
      most < size && /PermissionError/.test(errors),
      'this process may not enlarge a pipe so far',
    )
    expect({ code, read: (await buffer(child.stdout)).length }).toEqual({ code: 0, read: size })
  })
})
