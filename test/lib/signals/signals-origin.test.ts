import { describe, expect, it } from 'vitest'
import { Signals } from '../../../lib/index.js'
import { run } from '../../program.js'

// rt_sigqueueinfo(2): a siginfo of the sender's own making, that says it came from pid 1 and user 0.
const FORGER = `
import ctypes, os, platform, struct, sys
number = {'x86_64': 129, 'aarch64': 138}[platform.machine()]
code = int(sys.argv[2])
info = struct.pack('=iiiiii', 12, 0, code, 0, 1, 0).ljust(128, b'\\0')
libc = ctypes.CDLL(None, use_errno=True)
sent = libc.syscall(number, int(sys.argv[1]), 12, ctypes.c_char_p(info))
print(os.strerror(ctypes.get_errno()) if sent < 0 else 'sent')`

const forge = (code: number) => run(['python3', '-c', FORGER, `${process.pid}`, `${code}`])

const [SI_USER, SI_QUEUE, SI_TKILL] = [0, -1, -6]

describe('The origin of a signal', () => {
  it('is what the sender claims, where it queues a siginfo of its own', async () => {
    await using signals = new Signals(['SIGUSR2'])
    expect(await forge(SI_QUEUE)).toMatchObject({ stdout: 'sent\n' })
    const { value } = await signals.next()
    expect(value?.origin).toEqual({ pid: 1, uid: 0, code: 'SI_QUEUE' })
  })

  it.each([SI_USER, SI_TKILL])('is true where the code is %i', async (code) => {
    expect(await forge(code)).toMatchObject({ stdout: 'Operation not permitted\n' })
  })
})
