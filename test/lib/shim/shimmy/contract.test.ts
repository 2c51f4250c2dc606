import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeDescriptor } from '../../../../lib/system/descriptors.js'
import { bindSocket, openSocket } from '../../../../lib/system/unix-socket.js'
import { eventually } from '../../../eventually.js'
import { patience, sized } from '../../../pace.mjs'
import { run } from '../../../program.js'
import { makeBundle, program, type Shim } from '../shims.js'
import { endOf, linesOf, logged, messageOf, shimmyOptionsIn, startShimmy } from './shimmies.js'

const LASTING = 'echo ready; exec sleep 1000'

async function attach(shim: Shim): Promise<Socket> {
  const socket = connect({ path: join(shim.bundle, 'attach'), allowHalfOpen: true })
  await once(socket, 'connect')
  onTestFinished(() => void socket.destroy())
  return socket
}

describe('A container of shimmy', () => {
  it('is created, tells its pid, logs, and leaves how it exited', async () => {
    const shim = startShimmy({}, makeBundle('echo out; echo err >&2; exit 3'))
    expect(await shim.foreground).toEqual({ code: 0, stderr: '' })
    const message = await messageOf(shim)
    expect(message).toEqual({ kind: 'container_pid', pid: shim.pid('pidfile') })
    expect(await endOf(shim)).toEqual({ reason: 'exited', exitCode: 3 })
    expect((await linesOf(shim)).sort()).toEqual(['stderr err', 'stdout out'])
    const words = ['create', '--bundle', shim.bundle, '--pid-file', join(shim.bundle, 'pidfile')]
    expect(shim.read('words').split('\n')).toEqual([...words, 'c0ffee'])
    await eventually(() => expect(existsSync(join(shim.bundle, 'attach'))).toBe(false))
  })

  it('that a signal has ended leaves its number', async () => {
    const shim = startShimmy({}, makeBundle('kill -KILL $$'))
    expect(await endOf(shim)).toEqual({ reason: 'signaled', signal: 9 })
  })

  it('has every line in its log: empty, late, long, not ended, and any bytes', async () => {
    const script = [
      'echo; printf half; sleep 0.1; echo " whole"; echo',
      `head -c 10000 /dev/zero | tr '\\0' x; echo; printf '\\377\\n'; printf end`,
    ]
    const shim = startShimmy({}, makeBundle(script.join('; ')))
    await endOf(shim)
    const lines = ['', 'half whole', '', 'x'.repeat(10_000), '\ufffd', 'end']
    expect(await linesOf(shim)).toEqual(lines.map((line) => `stdout ${line}`))
  })

  it('is logged after what the log had', async () => {
    const bundle = makeBundle('echo new')
    writeFileSync(join(bundle, 'ctr.log'), 'old\n')
    const shim = startShimmy({}, bundle)
    await endOf(shim)
    expect(shim.read('ctr.log')).toMatch(/^old\n\S+ stdout new\n$/)
  })

  it('keeps all its output, though an orphan holds its streams', async () => {
    const lines = sized(20_000, 2000)
    const shim = startShimmy({}, makeBundle(`sleep 1000 & echo $! >orphan; seq ${lines}`))
    const wanted = Array.from({ length: lines }, (_, i) => `stdout ${i + 1}`)
    expect(await linesOf(shim)).toEqual(wanted)
  })

  it('that many strangers are adopted beside leaves its own end', async () => {
    const strays = sized(100, 40)
    const script = `for i in $(seq ${strays}); do (sh -c 'exit 9' &) ; done; exit 4`
    const shim = startShimmy({}, makeBundle(script))
    expect(await endOf(shim)).toEqual({ reason: 'exited', exitCode: 4 })
  })
})

describe('A runtime of shimmy', () => {
  it('gets its arguments without quotes', async () => {
    const options = ["--runtime-arg='--root=/x'", '--runtime-arg', '--debug']
    const shim = startShimmy({ options })
    await endOf(shim)
    expect(shim.read('words').split('\n').slice(0, 3)).toEqual(['--root=/x', '--debug', 'create'])
  })

  it('that fails is reported in its own words', async () => {
    const bundle = makeBundle()
    writeFileSync(join(bundle, 'failure'), 'it "failed"\n')
    expect(await messageOf(startShimmy({}, bundle))).toEqual({
      kind: 'runtime_abnormal_termination',
      status: 'Runtime Exited with code 1.',
      stderr: 'it "failed"\n',
    })
    expect(existsSync(join(bundle, 'exit'))).toBe(false)
  })

  it('that a signal ends is reported', async () => {
    const bundle = makeBundle(LASTING)
    writeFileSync(join(bundle, 'wait'), '')
    const shim = startShimmy({}, bundle)
    await shim.written('words')
    process.kill(shim.pid('conmon.pid'), 'SIGTERM')
    expect(await messageOf(shim)).toMatchObject({ status: 'Runtime Received signal SIGTERM.' })
  })

  it('that fails with a container ends it, and tells of both', async () => {
    const bundle = makeBundle(LASTING)
    writeFileSync(join(bundle, 'late'), '')
    const status = 'Runtime Exited with code 1. Container Received signal SIGKILL.'
    expect(await messageOf(startShimmy({}, bundle))).toMatchObject({ status })
  })

  it('that cannot be started is reported', async () => {
    const shim = startShimmy({ runtime: '/tmp' })
    expect(await messageOf(shim)).toMatchObject({
      status: 'Runtime could not be started.',
      stderr: expect.stringContaining('EACCES'),
    })
  })
})

describe('A signal for shimmy', () => {
  it('goes to the container', async () => {
    const shim = startShimmy({}, makeBundle(LASTING))
    await logged(shim, 'ready')
    await shim.ended
    process.kill(shim.pid('conmon.pid'), 'SIGINT')
    expect(await endOf(shim)).toEqual({ reason: 'signaled', signal: 2 })
  })

  it('that the runtime survives goes to the container when there is one', async () => {
    const bundle = makeBundle(LASTING)
    writeFileSync(join(bundle, 'wait'), '')
    writeFileSync(
      join(bundle, 'deaf'),
      '#!/bin/sh\ntrap "rm wait" TERM\n./runtime "$@" & wait $!; wait $!\n',
      { mode: 0o755 },
    )
    const shim = startShimmy({ runtime: join(bundle, 'deaf') }, bundle)
    await shim.written('words')
    process.kill(shim.pid('conmon.pid'), 'SIGTERM')
    expect(await messageOf(shim)).toMatchObject({ kind: 'container_pid' })
    expect(await endOf(shim)).toEqual({ reason: 'signaled', signal: 15 })
  })
})

describe('A client of shimmy', () => {
  it('gets the output, marked by its stream', async () => {
    const bundle = makeBundle('read x; echo out; read x; echo err >&2; read x; exit 0')
    const shim = startShimmy({ options: ['--stdin'] }, bundle)
    await shim.ended
    const client = await attach(shim)
    const got: string[] = []
    client.on('data', (piece) => void got.push(piece.toString()))
    for (const wanted of ['\x01out\n', '\x02err\n']) {
      client.write('\n')
      await eventually(() => expect(got.at(-1)).toBe(wanted))
    }
    const closed = once(client, 'close')
    client.end('\n')
    expect(await endOf(shim)).toEqual({ reason: 'exited', exitCode: 0 })
    await closed
  })

  it('writes to the container, however much, and ends its input once', async () => {
    const size = sized(3_000_000, 500_000)
    const shim = startShimmy({ options: ['--stdin', '--stdin-once'] }, makeBundle('wc -c'))
    await shim.ended
    const client = await attach(shim)
    client.resume()
    client.end(Buffer.alloc(size, 'x'))
    expect(await linesOf(shim)).toEqual([`stdout ${size}`])
  })

  it('leaves the input open without --stdin-once', async () => {
    const shim = startShimmy(
      { options: ['--stdin'] },
      makeBundle('while read x; do echo "$x"; [ "$x" != end ] || exit 0; done'),
    )
    await shim.ended
    for (const word of ['one', 'end']) {
      const client = await attach(shim)
      client.resume()
      client.end(`${word}\n`)
      await logged(shim, `stdout ${word}`)
    }
    expect(await endOf(shim)).toEqual({ reason: 'exited', exitCode: 0 })
  })

  it('that writes where there is no input is let be, and loses nothing', async () => {
    const shim = startShimmy({}, makeBundle(LASTING))
    await shim.ended
    const client = await attach(shim)
    client.resume()
    client.end('ignored\n')
    process.kill(shim.pid('pidfile'), 'SIGKILL')
    expect(await endOf(shim)).toEqual({ reason: 'signaled', signal: 9 })
  })

  it('that reads nothing does not stop the container', { timeout: patience(60_000) }, async () => {
    const count = sized(20_000, 5000)
    const script = `read x; yes $(printf %0999d 0) | head -n ${count}; echo done`
    const shim = startShimmy({ options: ['--stdin'] }, makeBundle(script))
    await shim.ended
    const client = await attach(shim)
    client.write('\n')
    const lines = (await linesOf(shim)).filter((line) => line.startsWith('stdout'))
    expect(lines.at(-1)).toBe('stdout done') // yes(1) complains of its pipe on the other stream
  })

  it('reads slowly, and gets each byte', async () => {
    const bytes = sized(3_000_000, 1_000_000)
    const shim = startShimmy(
      { options: ['--stdin'] },
      makeBundle(`read x; head -c ${bytes} /dev/zero | tr '\\0' y`),
    )
    await shim.ended
    const client = await attach(shim)
    client.write('\n')
    const got = (await text(client)).replaceAll('\x01', '')
    expect(got).toHaveLength(bytes)
  })

  it('finds a socket where an old one was left', async () => {
    const bundle = makeBundle(LASTING)
    const fd = openSocket('stream')
    bindSocket(fd, join(bundle, 'attach'))
    closeDescriptor(fd)
    const shim = startShimmy({}, bundle)
    await shim.ended
    await attach(shim)
    process.kill(shim.pid('pidfile'), 'SIGKILL')
    await endOf(shim)
  })
})

describe('sexton-shim as shimmy', () => {
  it('says in the foreground which options are missing, and which is wrong', async () => {
    const shimmy = (...words: string[]) => run([program, '--compat', 'shimmy', ...words])
    const bundle = makeBundle()
    const [, pidfile = '', ...others] = shimmyOptionsIn(bundle)
    expect(await shimmy('--bundle', '/x')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^shimmy: required options were not provided: --shimmy-pidfile, /,
      ),
    })
    expect(await shimmy('--shimmy-pidfile', pidfile, ...others)).toMatchObject({
      code: 1,
      stderr: 'shimmy: required options were not provided: --syncpipe-fd, or _OCI_SYNCPIPE\n',
    })
    expect(await shimmy('--nosuch')).toMatchObject({
      code: 1,
      stderr: 'shimmy: option parsing failed: Unknown option --nosuch\n',
    })
    expect((await shimmy('--help')).stdout).toContain('--container-exitfile')
  })

  it('takes its sync pipe by an option', async () => {
    const shim = startShimmy({ options: ['--syncpipe-fd', '3'], env: { _OCI_SYNCPIPE: '' } })
    expect(await messageOf(shim)).toMatchObject({ kind: 'container_pid' })
    await endOf(shim)
  })

  it('is chosen by the name of the program', async () => {
    const bundle = makeBundle()
    const link = join(bundle, 'shimmy')
    await run(['ln', '-s', program, link])
    expect(await run([link])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^shimmy: /) })
  })
})
