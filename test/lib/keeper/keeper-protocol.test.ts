import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { keeperExecutable } from '../../../lib/keeper/executable.js'
import { encodeRequest, type Report, ReportDecoder } from '../../../lib/keeper/frames.js'
import { encodeSettings, type KeeperSettings } from '../../../lib/keeper/settings.js'
import { encodeArguments, encodeFiles } from '../../../lib/spawn/strings.js'
import { binding } from '../../../lib/system/binding.js'
import { eventually } from '../../eventually.js'
import { MARK, marked } from './marked.js'
import { openConnection } from './raw-socket.js'

// A keeper by its frames alone, for what the client never sends.

const SETTINGS: KeeperSettings = {
  leftovers: 'end',
  killSignal: constants.signals.SIGTERM,
  grace: 100,
  timeout: Number.POSITIVE_INFINITY,
}

const mark = `protocol-${process.pid}-${process.hrtime.bigint()}`

afterEach(() => eventually(() => expect(marked(mark)).toEqual([])))

function settingsOf(...words: [string, ...string[]]): Uint8Array {
  const env = Buffer.from(`${MARK}=${mark}\0PATH=/usr/bin:/bin\0`)
  const strings = {
    env,
    naming: false,
    files: encodeFiles(words[0], env),
    argv: encodeArguments(words[0], words.slice(1)),
    cwd: undefined,
  }
  const options = { rlimits: new Float64Array() }
  return encodeSettings({ strings, options, fds: Int32Array.of(-1, -1, -1) }, SETTINGS).bytes
}

/** Starts a keeper with these settings, sends the bytes, and gives all that it reports. */
async function talk(
  settings: Uint8Array,
  send: (report: Report) => Uint8Array | undefined = () => undefined,
  prefix: readonly string[] = [],
): Promise<{ reports: Report[]; code: number | null }> {
  const ends = new Int32Array(2)
  binding.makeSocketPair(ends)
  const [ours, theirs] = ends as unknown as [number, number]
  const memory = binding.makeSealedFile(settings)
  const parent = binding.pidfdOpen(process.pid)
  const [file, ...args] = [...prefix, keeperExecutable().path]
  const keeper = spawn(file as string, args, {
    stdio: ['ignore', 'ignore', 'ignore', theirs, parent, memory],
  })
  for (const fd of [theirs, parent, memory]) binding.closeFd(fd)
  const exit = once(keeper, 'exit')
  const reports: Report[] = []
  const decoder = new ReportDecoder()
  const socket = openConnection(ours)
  const closed = once(socket, 'close')
  socket.on('data', (piece) => {
    for (const report of decoder.decode(piece)) {
      reports.push(report)
      const bytes = send(report)
      if (bytes !== undefined) socket.write(bytes)
    }
  })
  const [code] = await exit
  await closed
  expect(decoder.isCut).toBe(false)
  return { reports, code }
}

const kinds = (reports: readonly Report[]) => reports.map(({ kind }) => kind)
const garble = (report: Report, bytes: Uint8Array) =>
  report.kind === 'started' ? bytes : undefined

describe('A keeper', () => {
  it.each([
    ['an unknown kind', Buffer.of(99, 0, 0, 0, 0, 0, 0, 0)],
    ['a byte that is not zero', Buffer.of(5, 1, 0, 0, 0, 0, 0, 0)],
    ['a wrong length', Buffer.of(5, 0, 0, 0, 1, 0, 0, 0, 1)],
    ['an immense length', Buffer.of(1, 0, 0, 0, 255, 255, 255, 255)],
  ])('ends the job after %s', async (_, bytes) => {
    const { reports, code } = await talk(settingsOf('/bin/sleep', '1000'), (report) =>
      garble(report, bytes),
    )
    expect(kinds(reports)).toEqual(['started'])
    expect(code).toBe(0)
  })

  it('reads requests that come in pieces, and many at once', async () => {
    const ping = encodeRequest('ping')
    const many = Buffer.concat([...Array.from({ length: 100 }, () => ping), ping.subarray(0, 3)])
    let pongs = 0
    const { reports } = await talk(settingsOf('/bin/sleep', '1000'), (report) => {
      if (report.kind === 'started') return many
      if (report.kind !== 'pong') return undefined
      pongs += 1
      if (pongs === 100) return Buffer.concat([ping.subarray(3), encodeRequest('end', 9, 0)])
      return undefined
    })
    expect(pongs).toBe(101)
    expect(reports).toContainEqual({ kind: 'ending', reason: 9 })
    expect(reports.at(-1)).toEqual({ kind: 'ended', kept: 0, left: 0 })
  })

  it('refuses settings that are cut off, or longer than they say', async () => {
    const whole = settingsOf('/bin/true')
    const sizes = [0, 1, 4, 39, 40, 41, 100, 139, 140, whole.length - 1]
    for (const size of sizes) {
      const { reports } = await talk(whole.subarray(0, size))
      expect(reports).toMatchObject([{ kind: 'refused', refusal: 1 }])
    }
    const { reports } = await talk(Buffer.concat([whole, Buffer.of(0)]))
    expect(reports).toMatchObject([{ kind: 'refused', refusal: 1 }])
  })

  it.each([0, 1, 2, 3, 8])('refuses settings with a wrong word %i', async (index) => {
    const bytes = Buffer.from(settingsOf('/bin/true'))
    bytes.writeUInt32LE(0xffff_fffe, index * 4)
    const { reports } = await talk(bytes)
    expect(reports).toMatchObject([{ kind: 'refused', refusal: 1 }])
  })

  it('refuses to work where /proc is another namespace’s', async () => {
    const { reports } = await talk(settingsOf('/bin/true'), undefined, [
      'unshare',
      '--fork',
      '--pid',
    ])
    expect(reports).toMatchObject([{ kind: 'refused', refusal: 2 }])
  })

  it('refuses to work where /proc cannot be read', async () => {
    const script = 'mount -t tmpfs none /proc && exec "$0"'
    const { reports } = await talk(settingsOf('/bin/true'), undefined, [
      ...['unshare', '--mount', 'sh', '-c', script],
    ])
    expect(reports).toMatchObject([{ kind: 'refused', refusal: 2 }])
  })

  it('works as PID 1', async () => {
    const { reports } = await talk(settingsOf('/bin/sh', '-c', 'sleep 1000 & exit 3'), undefined, [
      ...['unshare', '--fork', '--pid', '--mount-proc'],
    ])
    expect(reports).toContainEqual(expect.objectContaining({ kind: 'exited' }))
    expect(reports.at(-1)).toEqual({ kind: 'ended', kept: 0, left: 0 })
  })
})
