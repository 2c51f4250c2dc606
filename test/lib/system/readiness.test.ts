import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { closeDescriptor, makePipe, type PipeEnds } from '../../../lib/system/descriptors.js'
import {
  type DescriptorWatch,
  type Readiness,
  watchDescriptor,
} from '../../../lib/system/readiness.js'
import { eventually } from '../../eventually.js'
import { turns } from '../../inside.js'
import { sized } from '../../pace.mjs'
import { openDescriptors } from './folder.js'

const opened: PipeEnds[] = []
afterEach(() => {
  for (const { read, write } of opened.splice(0)) [read, write].forEach(closeDescriptor)
})

function pipe(ours: 'read' | 'write' = 'read'): PipeEnds {
  const ends = makePipe(ours)
  opened.push(ends)
  return ends
}

function watch(fd: number, interest: { readable?: boolean; writable?: boolean }) {
  const seen: Readiness[] = []
  const watched: DescriptorWatch = watchDescriptor(fd, interest, (one) => void seen.push(one))
  onTestFinished(() => watched.stop())
  return { seen, watched }
}

const nothing = { readable: false, writable: false, hungUp: false, failed: false }

describe('A watch', () => {
  it('calls while there is something to read, and not afterwards', async () => {
    const { read, write } = pipe()
    const { seen } = watch(read, { readable: true })
    await turns(5)
    expect(seen).toEqual([])
    writeSync(write, 'x')
    await eventually(() => expect(seen.length).toBeGreaterThan(2))
    expect(seen[0]).toEqual({ ...nothing, readable: true })
    readSync(read, Buffer.alloc(1))
    const calls = seen.length
    await turns(5)
    expect(seen).toHaveLength(calls)
  })

  it('calls when there is room to write again', async () => {
    const { read, write } = pipe('write')
    const { seen, watched } = watch(write, { writable: true })
    await eventually(() => expect(seen[0]).toEqual({ ...nothing, writable: true }))
    watched.change({})
    const full = () => {
      for (;;) writeSync(write, Buffer.alloc(65_536))
    }
    expect(full).toThrow(/EAGAIN/)
    await turns(3)
    seen.length = 0
    watched.change({ writable: true })
    await turns(5)
    expect(seen).toEqual([])
    readSync(read, Buffer.alloc(65_536))
    await eventually(() => expect(seen.length).toBeGreaterThan(0))
  })

  it('tells that the writer is gone, and that the reader is', async () => {
    const [one, two] = [pipe(), pipe('write')]
    const [input, output] = [watch(one.read, {}), watch(two.write, {})]
    closeDescriptor(one.write)
    closeDescriptor(two.read)
    await eventually(() => expect(input.seen[0]).toEqual({ ...nothing, hungUp: true }))
    await eventually(() => expect(output.seen[0]).toEqual({ ...nothing, failed: true }))
  })

  it('does not call after it was stopped by another one of the same turn', async () => {
    const pipes = [pipe(), pipe()]
    const calls: number[] = []
    const watches = pipes.map(({ read }, i) =>
      watchDescriptor(read, { readable: true }, () => {
        calls.push(i)
        for (const each of watches) each.stop()
      }),
    )
    for (const { write } of pipes) writeSync(write, 'x')
    await eventually(() => expect(calls).not.toEqual([]))
    await turns(5)
    expect(calls).toHaveLength(1)
  })

  it('is refused for a file, for a closed descriptor, and a second time', () => {
    const { read } = pipe()
    const refused = (fd: number) => () => watchDescriptor(fd, { readable: true }, () => {})
    watch(read, { readable: true })
    expect(refused(read)).toThrow(/epoll_ctl: EEXIST/)
    expect(refused(1_000_000)).toThrow(/epoll_ctl: EBADF/)
    const file = openSync(fileURLToPath(import.meta.url), 'r')
    expect(refused(file)).toThrow(/epoll_ctl: EPERM/)
    closeSync(file)
  })

  it('may be one of many, each of which hears of its own', async () => {
    const count = sized(300, 100)
    const before = openDescriptors()
    const seen = new Set<number>()
    const pipes = Array.from({ length: count }, () => pipe())
    for (const [i, { read }] of pipes.entries()) {
      const one = watchDescriptor(read, { readable: true }, () => {
        seen.add(i)
        one.stop()
      })
    }
    for (const { write } of pipes) writeSync(write, 'x')
    await eventually(() => expect(seen.size).toBe(count))
    for (const { read, write } of opened.splice(0)) [read, write].forEach(closeDescriptor)
    expect(openDescriptors()).toBe(before)
  })
})
