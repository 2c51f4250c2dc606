import { afterEach, describe, expect, it } from 'vitest'
import { encodeRequest, type Report } from '../../../lib/keeper/frames.js'
import { eventually } from '../../eventually.js'
import { marked } from './marked.js'
import { talk as converse, settingsOf as markedSettingsOf } from './talk.js'

// A keeper by its frames alone, for what the client never sends.

const mark = `protocol-${process.pid}-${process.hrtime.bigint()}`

afterEach(() => eventually(() => expect(marked(mark)).toEqual([])))

const settingsOf = (...words: [string, ...string[]]) => markedSettingsOf(mark, ...words)

async function talk(...given: Parameters<typeof converse>) {
  const { isCut, ...conversation } = await converse(...given)
  expect(isCut).toBe(false)
  return conversation
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

  // It reaps 512 at once, which native/keeper/keeper.cc calls kMostReaped, before it does anything else. It is stopped
  // until exactly that many are dead, the command among them.
  it('ends what outlives a command that was the last of many', async () => {
    const dead = 'cat /proc/[0-9]*/stat 2>/dev/null | grep -c ") Z $keeper "'
    const script = [
      ...['keeper=$PPID; kill -STOP $keeper; i=0'],
      ...['while [ $i -lt 511 ]; do (: &); i=$((i+1)); done'],
      `(until [ "$(${dead})" = 512 ]; do sleep 0.01; done; kill -CONT $keeper; exec sleep 1000) &`,
    ]
    const { reports } = await talk(settingsOf('/bin/sh', '-c', script.join('\n')))
    expect(reports.filter(({ kind }) => kind === 'reaped').length).toBe(512)
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
