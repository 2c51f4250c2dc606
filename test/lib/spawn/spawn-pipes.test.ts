import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { spawn } from '../../../lib/index.js'
import { printed, shell } from './children.js'

describe('pipes', () => {
  it('are the default for 0, 1 and 2', async () => {
    const child = shell('cat; echo err >&2')
    child.stdin?.end('in')
    expect(await printed(child)).toEqual(['in', 'err\n', 0])
    expect(child.stdio).toEqual([child.stdin, child.stdout, child.stderr])
  })

  it('are real ones: what opens /dev/stderr and /dev/stdin by name works', async () => {
    const child = shell('echo out > /dev/stdout; echo err > /dev/stderr; cat < /dev/stdin')
    child.stdin?.end('in')
    expect(await printed(child)).toEqual(['out\nin', 'err\n', 0])
  })

  it('carry megabytes both ways, under backpressure', async () => {
    const data = Buffer.alloc(5_000_000, 'abcdefg\n')
    const child = shell('cat')
    child.stdin?.end(data)
    const [stdout] = await printed(child)
    expect(stdout.length).toBe(data.length)
    expect(stdout).toBe(data.toString())
  })

  it('tell the writer to wait, and when to go on', async () => {
    const child = shell('read go <&3; cat > /dev/null', ['pipe', 'ignore', 'ignore', 'writable'])
    const chunk = Buffer.alloc(1_000_000)
    expect(child.stdin?.write(chunk)).toBe(false)
    expect(child.stdin?.writableNeedDrain).toBe(true)
    const drain = once(child.stdin as NodeJS.WritableStream, 'drain')
    ;(child.stdio[3] as NodeJS.WritableStream).end('go\n')
    await drain
    child.stdin?.end()
    expect(await child.exited).toMatchObject({ code: 0 })
  })

  it('stop a child that no one reads, until someone does', async () => {
    const child = spawn('head', ['-c', '1000000', '/dev/zero'])
    await expect.poll(() => readFileSync(`/proc/${child.pid}/wchan`, 'utf8')).toMatch(/pipe|^0$/)
    expect(child.status).toBeUndefined()
    expect((await printed(child))[0].length).toBe(1_000_000)
  })

  it("tell of a reader that is gone by an 'error' event, EPIPE", async () => {
    const child = shell('exec <&-; echo closed; read wait <&3', [
      'pipe',
      'pipe',
      'ignore',
      'writable',
    ])
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    const error = once(child.stdin as NodeJS.WritableStream, 'error')
    child.stdin?.write('anyone there?')
    expect((await error)[0]).toMatchObject({ code: 'EPIPE' })
    ;(child.stdio[3] as NodeJS.WritableStream).end()
    await child.exited
  })

  it('end for the child when our end is closed', async () => {
    const child = shell('cat > /dev/null; exit 5', ['pipe', 'ignore', 'ignore'])
    child.stdin?.destroy()
    expect(await child.exited).toMatchObject({ code: 5 })
  })

  it('may be at any number, in a direction of their own', async () => {
    const child = shell('cat <&7 >&9', [
      'ignore',
      'pipe',
      'pipe',
      ...Array(4).fill('ignore'),
      'writable',
      'ignore',
      'readable',
    ])
    ;(child.stdio[7] as NodeJS.WritableStream).end('through')
    expect(await text(child.stdio[9] as NodeJS.ReadableStream)).toBe('through')
    expect(child.stdio[3]).toBeNull()
    await child.exited
  })
})
