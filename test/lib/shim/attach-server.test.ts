import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AttachServer } from '../../../lib/shim/attach-server.js'
import { eventually } from '../../eventually.js'
import { sized } from '../../pace.mjs'
import { openDescriptors, temporaryFolder } from '../system/folder.js'
import { TestClient } from './attach-clients.js'
import { freePlace } from './servers.js'
import { exitOf, logOf, makeBundle, startShim } from './shims.js'

/** Milliseconds after which a client that does not read is cut off, in these tests. */
const SHORT = 50

function serve(patience?: number) {
  const folder = temporaryFolder()
  const server = new AttachServer(join(folder, 'attach'), { patience })
  void server.serve(Promise.resolve(undefined), false)
  return { folder, server }
}

/** A client that the server knows. */
async function attach({ folder, server }: ReturnType<typeof serve>): Promise<TestClient> {
  const client = new TestClient(folder)
  await eventually(() => expect(server.clients).toBeGreaterThan(0))
  return client
}

describe('The attach socket', () => {
  it('gives each client all output since it came, marked by its stream', async () => {
    const served = serve()
    const [one, two] = [await attach(served), new TestClient(served.folder)]
    await eventually(() => expect(served.server.clients).toBe(2))
    const got = [one.read(), two.read()]
    const bytes = randomBytes(100_000)
    await served.server.send('stdout', bytes)
    await served.server.send('stderr', Buffer.from('error'))
    await served.server.finish()
    for (const { stdout, stderr, longest } of await Promise.all(got)) {
      expect([stdout.equals(bytes), stderr.toString(), longest]).toEqual([true, 'error', 8193])
    }
  })

  it('gives output to a client that has just connected', async () => {
    const { folder, server } = serve()
    const got = new TestClient(folder).read()
    await server.send('stdout', Buffer.from('at once'))
    await server.finish()
    expect(String((await got).stdout)).toBe('at once')
  })

  it('waits for a client that reads slowly, and loses nothing', async () => {
    const served = serve(SHORT)
    const client = await attach(served)
    const bytes = randomBytes(sized(8, 3) * 1_000_000)
    const sent = served.server.send('stdout', bytes).then(() => served.server.finish())
    const { stdout } = await client.read()
    await sent
    expect(stdout.equals(bytes)).toBe(true)
  })

  it('cuts a client off that does not read, and the others go on', async () => {
    const served = serve(SHORT)
    const [deaf, other] = [await attach(served), new TestClient(served.folder)]
    await eventually(() => expect(served.server.clients).toBe(2))
    const got = other.read()
    const bytes = Buffer.alloc(1_000_000)
    for (let i = 0; i < 4; i += 1) await served.server.send('stdout', bytes)
    expect(served.server.clients).toBe(1)
    await served.server.finish()
    expect((await got).stdout).toHaveLength(4_000_000)
    expect((await deaf.read()).stdout.length).toBeLessThan(4_000_000)
  })

  it('leaves nothing behind', async () => {
    const before = openDescriptors()
    const served = serve(SHORT)
    const clients = Array.from({ length: 20 }, () => new TestClient(served.folder))
    await eventually(() => expect(served.server.clients).toBe(20))
    for (const client of clients.slice(10)) client.close()
    await served.server.send('stdout', Buffer.from('x'))
    await served.server.finish()
    for (const client of clients) client.close()
    expect(openDescriptors()).toBe(before)
    expect(existsSync(join(served.folder, 'attach'))).toBe(false)
  })

  it('forgets those who leave, though there is nothing to send', async () => {
    const served = serve()
    const before = openDescriptors()
    for (let i = 0; i < 50; i += 1) {
      const client = await attach(served)
      if (i % 2 === 0) client.endInput()
      client.close()
      await eventually(() => expect(served.server.clients).toBe(0))
    }
    expect(openDescriptors()).toBe(before)
    await served.server.finish()
  })

  it('is for its user alone, and takes the place of an old one', () => {
    const folder = temporaryFolder()
    const links = temporaryFolder()
    writeFileSync(join(folder, 'attach'), 'old')
    const server = new AttachServer(join(folder, 'attach'), { link: join(links, 'uuid') })
    expect(statSync(join(links, 'uuid', 'attach')).mode & 0o777).toBe(0o700)
    expect(readlinkSync(join(links, 'uuid'))).toBe(folder)
    return server.finish().then(() => expect(existsSync(join(links, 'uuid'))).toBe(false))
  })
})

describe('An attached client', () => {
  it('writes to the container and reads what comes back, however much', async () => {
    const bytes = randomBytes(sized(3_000_000, 1_000_000))
    const shim = startShim({ script: 'exec cat', options: ['-i'] })
    await shim.message(0)
    const client = new TestClient(shim.bundle)
    const got = client.read()
    await client.write(bytes)
    client.endInput()
    expect((await got).stdout.equals(bytes)).toBe(true)
    expect(await exitOf(shim)).toBe('0')
  })

  it('may leave, and the input stays open if that was asked for', async () => {
    const script = 'read one; echo "$one"; read two; echo "$two"'
    const shim = startShim({ script, options: ['-i', '--leave-stdin-open'] })
    await shim.message(0)
    for (const word of ['one', 'two']) {
      const client = new TestClient(shim.bundle)
      await client.write(Buffer.from(`${word}\n`))
      await eventually(() => expect(logOf(shim)).toContain(word))
      client.close()
    }
    expect(await exitOf(shim)).toBe('0')
  })

  it('does not wait for a container that has closed its input', async () => {
    const shim = startShim({ script: 'exec <&-; echo ready; exec sleep 1000', options: ['-i'] })
    await eventually(() => expect(logOf(shim)).toContain('ready'))
    await new TestClient(shim.bundle).write(Buffer.alloc(2_000_000))
    process.kill(shim.pid('pidfile'), 'SIGKILL')
    expect(await exitOf(shim)).toBe('137')
  })

  it('may write before an exec session begins', async () => {
    const shim = startShim({ exec: true, script: 'exec cat', options: ['-i', '--exec-attach'] })
    await eventually(() => expect(shim.attached()).not.toBe(''))
    const client = new TestClient(shim.bundle)
    await client.write(Buffer.from('early'))
    client.endInput()
    const got = client.read()
    shim.begin()
    expect((await got).stdout.toString()).toBe('early')
    expect(await shim.message(1)).toEqual({ data: 0 })
  })

  // As podman is, which connects before it lets the container begin.
  it('gets what the container writes at once, each time', async () => {
    const server = freePlace()
    const script = 'echo first; echo second >&2; sleep 0; echo third'
    for (let i = 0; i < sized(20, 6); i += 1) {
      const terminal = i % 2 === 0 ? ['-t'] : []
      const options = ['--exec-attach', ...terminal]
      const shim = startShim({ server, exec: true, script, options })
      await eventually(() => expect(shim.attached()).not.toBe(''))
      const got = new TestClient(shim.bundle).read()
      shim.begin()
      const { stdout, stderr } = await got
      const [out, err] =
        terminal.length > 0 ? ['first\r\nsecond\r\nthird\r\n', ''] : ['first\nthird\n', 'second\n']
      expect([String(stdout), String(stderr)]).toEqual([out, err])
    }
  })

  it('is not told what a failing runtime says', async () => {
    const bundle = makeBundle()
    writeFileSync(join(bundle, 'failure'), 'no such thing')
    const shim = startShim({ exec: true, options: ['--exec-attach'] }, bundle)
    await eventually(() => expect(shim.attached()).not.toBe(''))
    const got = new TestClient(bundle).read()
    shim.begin()
    expect(await shim.message(0)).toEqual({ data: -1, message: 'no such thing' })
    expect((await got).stderr.toString()).toBe('')
  })

  it('finds the socket by a link, where the path would be too long', async () => {
    const links = temporaryFolder()
    mkdirSync(join(links, 'x'))
    const bundle = makeBundle('echo ready; exec sleep 1000')
    const shim = startShim({ options: ['--socket-dir-path', links], linked: true }, bundle)
    await shim.message(0)
    const got = new TestClient(join(links, 'c0ffee')).read()
    process.kill(shim.pid('pidfile'), 'SIGKILL')
    await got
    expect(await exitOf(shim)).toBe('137')
  })
})
