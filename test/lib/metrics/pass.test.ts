import { beforeEach, describe, expect, it, vi } from 'vitest'
import { SextonError } from '../../../lib/index.js'
import { pass } from '../../../lib/metrics/pass.js'
import { readPids, readStat } from '../../../lib/system/proc.js'

vi.mock('../../../lib/system/proc.js')

const stat = (pid: number) => ({ pid }) as ReturnType<typeof readStat>
const spin = (milliseconds: number) => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

describe('A pass over /proc', () => {
  beforeEach(() => {
    vi.mocked(readPids).mockReset().mockReturnValue([1, 2, 3])
    vi.mocked(readStat).mockReset().mockImplementation(stat)
  })

  it('finds all processes, without those that have exited meanwhile', async () => {
    vi.mocked(readStat).mockImplementation((pid) => (pid === 2 ? undefined : stat(pid)))
    expect(await pass()).toMatchObject({ processes: [{ pid: 1 }, { pid: 3 }], hidden: 0 })
  })

  it('is shared by those who ask meanwhile, and made anew afterwards', async () => {
    const [first, second] = await Promise.all([pass(), pass()])
    expect(second).toBe(first)
    expect(readPids).toHaveBeenCalledTimes(1)
    expect(await pass()).not.toBe(first)
    expect(readPids).toHaveBeenCalledTimes(2)
  })

  it('lets the event loop go on where there are many', async () => {
    vi.mocked(readPids).mockReturnValue(Array.from({ length: 100 }, (_, i) => i + 1))
    vi.mocked(readStat).mockImplementation((pid) => {
      spin(1)
      return stat(pid)
    })
    let turns = 0
    let isOver = false
    const turn = () => {
      turns += 1
      if (!isOver) setImmediate(turn)
    }
    setImmediate(turn)
    const { processes } = await pass()
    isOver = true
    expect(processes).toHaveLength(100)
    expect(turns).toBeGreaterThan(10)
  })

  it('counts what it is not shown, PID 1 included', async () => {
    vi.mocked(readPids).mockReturnValue([2, 3])
    vi.mocked(readStat).mockImplementation((pid) => {
      if (pid > 2) return stat(pid)
      throw new SextonError('ERR_UNSUPPORTED', `/proc does not show process ${pid}`, { pid })
    })
    expect(await pass()).toMatchObject({ processes: [{ pid: 3 }], hidden: 2 })
  })

  it('fails where nothing is known, and tries again at the next call', async () => {
    vi.mocked(readStat).mockImplementation(() => {
      throw new SextonError('ERR_SYSTEM', 'open: EMFILE')
    })
    await expect(pass()).rejects.toThrow('EMFILE')
    vi.mocked(readStat).mockImplementation(stat)
    expect((await pass()).processes).toHaveLength(3)
  })
})
