import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { readStat } from '../../lib/system/proc.js'
import { eventually } from '../eventually.js'
import { TestClient } from '../lib/shim/attach-clients.js'
import {
  exitOf,
  logOf,
  makeBundle,
  type Shim,
  type ShimOptions,
  startShim,
} from '../lib/shim/shims.js'
import { sized } from '../pace.mjs'

// Where conmon does harm, and what this shim does instead. A story returns in words what is seen.

export interface Fault {
  /** Starts either shim by `start`. Resolves at once where the harm shows, at the latest when `over` does. */
  story: (start: Start, over: Promise<unknown>) => Promise<string>
  conmon: string
  sexton: string
  /** Why this is better. */
  because: string
}

export type Start = (options: ShimOptions, bundle?: string) => Shim

/** Whether a promise resolves before the time is over. */
async function within(promise: Promise<unknown>, over: Promise<unknown>): Promise<boolean> {
  const found = promise.then(() => true)
  found.catch(() => {})
  return Promise.race([found, over.then(() => false)])
}

function lives(pid: number): boolean {
  const state = readStat(pid)?.state
  return state !== undefined && state !== 'Z'
}

const LOUD = 'until [ -e go ]; do sleep 0.05; done'
const SMALL_DISK =
  'mount -t tmpfs -o size=1m none small && head -c 1000000 /dev/zero >small/other; exec "$@"'

/** By the title of its row. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'An attached client does not read': {
    story: async (start, over) => {
      const lines = sized(20_000, 5000)
      const script = `read x; yes $(printf %0999d 0) | head -n ${lines}; exit 0`
      const shim = start({ script, options: ['-i'] })
      await shim.message(0)
      await new TestClient(shim.bundle).write(Buffer.from('\n'))
      return (await within(exitOf(shim), over))
        ? 'after 10 seconds it is cut off, and the container goes on'
        : 'the container stands still'
    },
    conmon: 'the container stands still',
    sexton: 'after 10 seconds it is cut off, and the container goes on',
    because: 'a client must not decide whether the container runs',
  },
  // A pipe holds far less than this, so the disk has been full when the container says that it has written all.
  'The disk of the log is full for a while': {
    story: async (start) => {
      const bundle = makeBundle(
        `for i in $(seq 5000); do echo line $i ${'x'.repeat(100)}; done; : >filled; ${LOUD}; echo after; exec sleep 1000`,
      )
      mkdirSync(join(bundle, 'small'))
      const prefix = ['unshare', '--mount', 'sh', '-c', SMALL_DISK, 'sh']
      const shim = start({ prefix, options: ['-l', 'small/log'] }, bundle)
      await shim.written('filled')
      const inside = join('/proc', String(shim.pid('conmon.pid')), 'root', bundle, 'small')
      rmSync(join(inside, 'other'))
      writeFileSync(join(bundle, 'go'), '')
      const log = () => readFileSync(join(inside, 'log'), 'utf8')
      await eventually(() => expect(log()).toContain('after'))
      const torn = log()
        .split('\n')
        .slice(0, -1)
        .filter((line) => !/^\S+ std\w+ [FP] (line \d+ x+|after|sexton-shim: .*)$/.test(line))
      const count = /sexton-shim: \d+ records were lost/.test(log())
      const records = torn.length === 0 ? 'whole records' : 'a torn record'
      return `${records}, and ${count ? 'how many are missing' : 'no word of what is missing'}`
    },
    conmon: 'a torn record, and no word of what is missing',
    sexton: 'whole records, and how many are missing',
    because: 'a reader can trust each line, and knows what it does not see',
  },
  'The file of the log is removed': {
    story: async (start, over) => {
      const script = 'echo one; while :; do sleep 0.1; echo more; done'
      const shim = start({ script })
      await eventually(() => expect(logOf(shim)).toContain('one'))
      rmSync(join(shim.bundle, 'ctr.log'))
      const found = eventually(() => expect(logOf(shim)).toContain('more'))
      return (await within(found, over)) ? 'it is made anew' : 'the output is lost'
    },
    conmon: 'the output is lost',
    sexton: 'it is made anew',
    because: 'rotation by another program loses nothing more',
  },
  'The log cannot be opened anew': {
    story: async (start) => {
      const shim = start({ script: `echo one; ${LOUD}; echo two; exec sleep 1000` })
      await eventually(() => expect(logOf(shim)).toContain('one'))
      mkdirSync(join(shim.bundle, 'ctr.log.tmp'))
      writeFileSync(join(shim.bundle, 'ctl'), '2 0 0\n')
      const pid = shim.pid('conmon.pid')
      const ended = () => !lives(pid)
      writeFileSync(join(shim.bundle, 'go'), '')
      await eventually(() => expect(ended() || logOf(shim).includes('two')).toBe(true))
      return ended() ? 'the shim dies' : 'the old one goes on'
    },
    conmon: 'the shim dies',
    sexton: 'the old one goes on',
    because: 'a failure to rotate is no reason to lose the container',
  },
  'A line of 20 000 bytes': {
    story: async (start) => {
      const bundle = makeBundle('dd if=long bs=20001 count=1 2>/dev/null')
      writeFileSync(join(bundle, 'long'), `${'x'.repeat(20_000)}\n`)
      const shim = start({}, bundle)
      await exitOf(shim)
      const count = logOf(shim).split('\n').length - 1
      return count === 1 ? 'one record' : 'parts of 8192 bytes'
    },
    conmon: 'parts of 8192 bytes',
    sexton: 'one record',
    because: 'a line of JSON stays one',
  },
  'The runtime fails when it has made the container': {
    story: async (start, over) => {
      const bundle = makeBundle('exec sleep 1000')
      writeFileSync(join(bundle, 'late'), '')
      const shim = start({}, bundle)
      if (!(await within(shim.ended, over))) return 'it runs on, and the manager hears nothing'
      return lives(shim.pid('pidfile')) ? 'it runs on' : 'it is ended, and the manager hears so'
    },
    conmon: 'it runs on, and the manager hears nothing',
    sexton: 'it is ended, and the manager hears so',
    because: 'nothing is left that no command shows',
  },
  'The runtime fails without a word': {
    story: async (start) => {
      const bundle = makeBundle()
      writeFileSync(join(bundle, 'failure'), '')
      const shim = start({}, bundle)
      await shim.ended
      return shim.told() === '' ? 'no message' : 'a message with its exit code'
    },
    conmon: 'no message',
    sexton: 'a message with its exit code',
    because: 'podman shows why there is no container',
  },
}

/** Starts Debian's conmon, or this shim. */
export const starting =
  (conmon: boolean): Start =>
  (options, bundle) =>
    startShim({ ...options, conmon }, bundle)
