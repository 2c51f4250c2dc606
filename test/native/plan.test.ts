import { constants, readFileSync, writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { descriptorsIn, READ_PIPE, WRITE_PIPE } from '../../lib/spawn/plan.js'
import { binding, type LimitWord, type PlanFlag, type PlanWord } from '../../lib/system/binding.js'
import { lacksRoot } from '../needs.js'
import { openDescriptors, planOf, reap, spawnRaw } from './raw.js'

// The compiler refuses a name that lib/ does not know, and a name that is missing here.
const WORDS: Readonly<Record<PlanWord, true>> = {
  size: true,
  flags: true,
  uid: true,
  gid: true,
  umask: true,
  processGroup: true,
  deathSignal: true,
  cgroupFd: true,
  ignoredLow: true,
  ignoredHigh: true,
  blockedLow: true,
  blockedHigh: true,
  fds: true,
  fdCount: true,
  groups: true,
  groupCount: true,
  limits: true,
  limitCount: true,
  files: true,
  fileBytes: true,
  argv: true,
  argvBytes: true,
  env: true,
  envBytes: true,
  cwd: true,
}
const FLAGS: Readonly<Record<PlanFlag, number>> = {
  session: 1,
  foreground: 2,
  pidfd: 4,
  groups: 8,
  groupsIfAllowed: 16,
  mask: 32,
  ownVariables: 64,
  noShell: 128,
  unawaited: 256,
  outlives: 512,
  keepsSignals: 1024,
}
const LIMIT: Readonly<Record<LimitWord, number>> = {
  resource: 0,
  softLow: 1,
  softHigh: 2,
  hardLow: 3,
  hardHigh: 4,
}

const O_CLOEXEC = 0o2000000 // of Linux; Node does not have it

/** A plan of `true` as the native layer gets it, and its words. */
function planOfTrue() {
  const rlimits = [binding.resources.core ?? -1, 0, Number.POSITIVE_INFINITY]
  const cwd = Buffer.from('/\0')
  const plan = planOf(['/bin/true'], { cwd, rlimits, groups: Uint32Array.of(), pidfd: false })
  const bytes = plan.slice()
  return { bytes, words: new Int32Array(bytes.buffer, 0, Object.keys(binding.planWords).length) }
}

const spawnPlan = (bytes: Uint8Array) => {
  const result = new Int32Array(5)
  binding.spawn(bytes, result)
  return result[0] ?? 0
}

describe('The words of a plan', () => {
  it('have the same names in lib/ and in native/', () => {
    expect(Object.keys(binding.planWords)).toEqual(Object.keys(WORDS))
    expect(Object.values(binding.planWords)).toEqual([...Object.keys(WORDS).keys()])
    expect(binding.planFlags).toEqual(FLAGS)
    expect(binding.limitWords).toEqual(LIMIT)
  })

  it('are all written, whatever the last plan was', () => {
    const plan = planOf(['/bin/true'])
    const clean = plan.slice()
    const words = new Int32Array(plan.buffer, plan.byteOffset, Object.keys(WORDS).length)
    words.fill(-1)
    expect(planOf(['/bin/true']).slice()).toEqual(clean)
  })
})

describe('A plan', () => {
  it.skipIf(lacksRoot())('starts the same child from a copy at any address', async () => {
    const { bytes } = planOfTrue()
    for (const room of [0, 8, 64]) {
      const copy = new Uint8Array(new ArrayBuffer(bytes.length + room), room)
      copy.set(bytes)
      expect(await reap(spawnPlan(copy))).toMatchObject({ status: 0 })
    }
    expect(planOfTrue().bytes).toEqual(bytes) // the child has not written to the caller's
  })

  it('is refused if it is cut off, or longer than it says', () => {
    const { bytes } = planOfTrue()
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => spawnPlan(bytes.slice(0, length))).toThrow(TypeError)
    }
    expect(() => spawnPlan(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(TypeError)
  })

  it.each([
    ...(['fds', 'groups', 'limits', 'files', 'argv', 'env'] as const),
    ...(['fdCount', 'groupCount', 'limitCount', 'fileBytes', 'argvBytes', 'envBytes'] as const),
  ])('is refused if %s leads out of it, or back', (word) => {
    for (const value of [-1, 2 ** 31 - 1, planOfTrue().bytes.length + 1]) {
      const { bytes, words } = planOfTrue()
      words[binding.planWords[word]] = value
      expect(() => spawnPlan(bytes)).toThrow(TypeError)
    }
  })

  it.each(['files', 'argv', 'env', 'cwd'] as const)(
    'is refused if %s lies in the words',
    (word) => {
      const { bytes, words } = planOfTrue()
      words[binding.planWords[word]] = 4
      expect(() => spawnPlan(bytes)).toThrow(TypeError)
    },
  )

  it('is refused if a last string has no end', () => {
    for (const word of ['argv', 'env', 'cwd'] as const) {
      const { bytes, words } = planOfTrue()
      bytes[(words[binding.planWords[word]] ?? 0) - 1] = 0x41
      expect(() => spawnPlan(bytes)).toThrow(TypeError)
    }
    const { bytes } = planOfTrue()
    bytes[bytes.length - 1] = 0x41
    expect(() => spawnPlan(bytes)).toThrow(TypeError)
  })

  it('gets our ends of its pipes, and a failure none', async () => {
    const fds = Int32Array.of(WRITE_PIPE, READ_PIPE, -1)
    const plan = planOf(['/bin/cat'], { fds, pidfd: false })
    const pid = spawnPlan(plan)
    const [input = -1, output = -1] = descriptorsIn(plan, fds.length)
    for (const fd of [input, output]) {
      const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
      const wanted = constants.O_NONBLOCK | O_CLOEXEC
      expect(Number.parseInt(flags ?? '', 8) & wanted).toBe(wanted)
    }
    writeSync(input, 'through both')
    binding.closeFd(input)
    expect(await reap(pid)).toMatchObject({ status: 0 })
    expect(readFileSync(output, 'utf8')).toBe('through both')
    binding.closeFd(output)

    const before = openDescriptors()
    expect(spawnRaw(['/no/such/file'], { fds })).toMatchObject({ pid: 0, step: 'execve' })
    expect(openDescriptors()).toEqual(before)
  })

  it('limits by both halves of a number', async () => {
    const rlimits = [binding.resources.fsize ?? -1, 2 ** 40 + 512, 2 ** 41]
    const script =
      '[ $(ulimit -S -f) = $(( (1 << 31) + 1 )) ] && [ $(ulimit -H -f) = $((1 << 32)) ]'
    const { pid, pidfd } = spawnRaw(['/bin/sh', '-c', script], { rlimits })
    expect(await reap(pid)).toMatchObject({ status: 0 })
    binding.closeFd(pidfd)
  })
})
