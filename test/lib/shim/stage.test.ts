import { fstatSync, writeSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Stage } from '../../../lib/shim/stage.js'
import { closeDescriptor, makeMemoryFile, makePipe } from '../../../lib/system/descriptors.js'

function open() {
  const [file, pipe] = [makeMemoryFile(), makePipe('read')]
  onTestFinished(() => {
    for (const fd of [file, pipe.read, pipe.write]) closeDescriptor(fd)
  })
  return { file, pipe, stage: new Stage(file) }
}

const ENDS = [{ size: 2 ** 40 + 7, inode: 2 ** 33 + 1 }]

describe('A stage', () => {
  it('gives what the pipe has, and nothing else', () => {
    const { stage, pipe } = open()
    expect(stage.take('stdout', pipe.read, 100, ENDS)).toBe('empty')
    writeSync(pipe.write, 'hello world')
    expect(`${stage.take('stdout', pipe.read, 5, ENDS)}`).toBe('hello')
    stage.commit()
    expect(`${stage.take('stdout', pipe.read, 100, ENDS)}`).toBe(' world')
    stage.commit()
    closeDescriptor(pipe.write)
    expect(stage.take('stdout', pipe.read, 100, ENDS)).toBe('end')
  })

  it('gives a piece again that was not committed', () => {
    const { file, stage, pipe } = open()
    writeSync(pipe.write, Buffer.from([0, 0xff, 10]))
    stage.take('stderr', pipe.read, 100, ENDS)
    const piece = Buffer.from([0, 0xff, 10])
    expect(new Stage(file).recover()).toEqual({ stream: 'stderr', piece, ends: ENDS })
  })

  it('gives nothing again after a commit, or without a piece', () => {
    const { file, stage, pipe } = open()
    expect(stage.recover()).toBeUndefined()
    stage.take('stdout', pipe.read, 100, ENDS)
    expect(new Stage(file).recover()).toBeUndefined()
    stage.put('stdout', Buffer.from('of a terminal'), ENDS)
    expect(`${new Stage(file).recover()?.piece}`).toBe('of a terminal')
    stage.commit()
    expect(new Stage(file).recover()).toBeUndefined()
    expect(fstatSync(file).size).toBe(0)
  })
})
