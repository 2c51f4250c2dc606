import { closeSync, constants, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Control } from '../../../lib/shim/control.js'
import { binding } from '../../../lib/system/binding.js'
import { eventually } from '../../eventually.js'
import { turns } from '../../inside.js'
import { openDescriptors, temporaryFolder } from '../system/folder.js'
import { TestClient } from './attach-clients.js'
import { exitOf, logOf, makeBundle, type Shim, startShim } from './shims.js'

function control() {
  const folder = temporaryFolder()
  const done: string[] = []
  const fifos = new Control(folder)
  onTestFinished(() => fifos.close())
  void fifos.serve({
    resize: (rows, columns) => void done.push(`${rows}x${columns}`),
    reopenLogs: () => void done.push('reopen'),
  })
  const write = (name: string, text: string) =>
    writeFileSync(join(folder, name), text, { flag: 'a' })
  return { folder, done, write }
}

describe('The FIFO ctl', () => {
  it('takes sizes and the wish to reopen the logs', async () => {
    const { folder, done, write } = control()
    write('ctl', '1 24 80\n2 0 0\n')
    write('ctl', '1 0010 0020\n1 2 2 3\n1 1000 0\n')
    await eventually(() => expect(done).toEqual(['24x80', 'reopen', '10x20', '2x2', '1000x0']))
    const modes = ['ctl', 'winsz'].map((name) => statSync(join(folder, name)).isFIFO())
    expect(modes).toEqual([true, true])
  })

  it('ignores lines that make no sense', async () => {
    const { done, write } = control()
    for (const line of [
      '',
      '1 2',
      '1 0x10 0x20',
      '1 10.5 20.3',
      '1 -1 5',
      '1 1001 5',
      '3 1 1',
      'x',
    ]) {
      write('ctl', `${line}\n`)
    }
    write('ctl', '1 7 7\n')
    await eventually(() => expect(done).toEqual(['7x7']))
  })

  it('takes a line in pieces, and none that is endless', async () => {
    const { done, write } = control()
    write('ctl', '1 2')
    await turns(3)
    write('ctl', '4 80\n')
    await eventually(() => expect(done).toEqual(['24x80']))
    for (let i = 0; i < 16; i += 1) {
      write('ctl', '1 1 1 '.repeat(600))
      await turns(3)
    }
    write('ctl', '\n1 9 9\n')
    await eventually(() => expect(done).toEqual(['24x80', '9x9']))
  })
})

describe('The FIFO winsz', () => {
  it('takes sizes', async () => {
    const { done, write } = control()
    write('winsz', '24 80\n24\n')
    await eventually(() => expect(done).toEqual(['24x80']))
  })
})

it('leaves no descriptor behind', () => {
  const before = openDescriptors()
  for (let i = 0; i < 50; i += 1) new Control(temporaryFolder()).close()
  expect(openDescriptors()).toBe(before)
})

/** Writes a line, and waits until the shim has read it. */
async function command({ bundle }: Shim, line: string): Promise<void> {
  const fd = openSync(join(bundle, 'ctl'), constants.O_RDWR)
  writeSync(fd, line)
  await eventually(() => expect(binding.bytesInPipe(fd)).toBe(0))
  closeSync(fd)
}

describe('A container with a terminal', () => {
  const sized = 'while [ "$(stty size)" = "0 0" ]; do sleep 0.01; done; stty size'

  it('has a size, reads what a client types, and has one stream', async () => {
    const script = `echo ready; ${sized}; read line; echo "got $line" >&2; exit 3`
    const shim = startShim({ script, options: ['-t'] })
    await shim.message(0)
    const client = new TestClient(shim.bundle)
    const got = client.read()
    await command(shim, '1 30 100\n')
    await eventually(() => expect(logOf(shim)).toContain('30 100'))
    await client.write(Buffer.from('hello\r'))
    expect(await exitOf(shim)).toBe('3')
    expect((await got).stdout.toString()).toMatch(/30 100\r\nhello\r\ngot hello\r\n$/)
    expect(logOf(shim)).toMatch(/^(stdout [PF] [^\n]*\n)+$/)
  })

  it('keeps a size that came before it', async () => {
    const options = ['-t', '-i', '--exec-attach']
    const bundle = makeBundle(sized)
    writeFileSync(join(bundle, 'sized'), '') // while the runtime runs, as the container may begin before it ends
    const shim = startShim({ exec: true, options }, bundle)
    await eventually(() => expect(shim.attached()).not.toBe(''))
    const got = new TestClient(shim.bundle).read()
    await command(shim, '1 30 100\n')
    shim.begin()
    expect(await shim.message(1)).toEqual({ data: 0 })
    expect((await got).stdout.toString()).toBe('30 100\r\n')
  })

  it('goes on when no process has it open for a while', async () => {
    const script = 'exec >&- 2>&- <&-; sleep 0.3; echo back >/dev/tty; exit 4'
    const shim = startShim({ script, options: ['-t'] })
    expect(await exitOf(shim)).toBe('4')
    expect(logOf(shim)).toBe('stdout F back\r\n')
  })
})

describe('A container', () => {
  it('has a new log when that is asked for', async () => {
    const shim = startShim({ script: 'echo one; read line; echo two', options: ['-i'] })
    await shim.message(0)
    await eventually(() => expect(logOf(shim)).toContain('one'))
    await command(shim, '2 0 0\n')
    await eventually(() => expect(logOf(shim)).toBe(''))
    new TestClient(shim.bundle).endInput()
    expect(await exitOf(shim)).toBe('0')
    expect(logOf(shim)).toBe('stdout F two\n')
  })
})
