import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { compile } from '../compile.js'
import { patience } from '../pace.mjs'
import { evaluate, run } from '../program.js'

const burst = (signal: string, count: number) => `
  const flood = 'import os\\nfor i in range(${count}): os.kill(' + process.pid + ', ${signal})'
  const child = cp.spawn('python3', ['-c', flood], { stdio: 'ignore' })
  const exited = new Promise((resolve) => child.on('exit', resolve))
  // Blocks the loop until the sender has ended: its SIGCHLD comes on top of the burst.
  const stat = () => fs.readFileSync('/proc/' + child.pid + '/stat', 'utf8')
  while (!/\\) Z/.test(stat()));
  const code = await Promise.race([exited, new Promise((r) => setTimeout(r, ${patience(10_000)}, 'lost').unref())])`

describe('a burst of signals while the loop is blocked', () => {
  it.each(['37', '10'])('does not cost a child its exit event (signal %s)', async (signal) => {
    const result = await evaluate(`
      import cp from 'node:child_process'
      import fs from 'node:fs'
      import { Signals } from 'sexton'
      const signals = new Signals([${signal}])
      let received = 0
      const loop = (async () => { for await (const _ of signals) received += 1 })()
      ${burst(signal, 6000)}
      signals.close()
      await loop
      console.log(JSON.stringify({ code, some: received > 0, all: received === 6000 }))
      process.exit()`)
    expect(result).toEqual({ code: 0, some: true, all: signal === '37' })
  })
})

describe('closing Signals', () => {
  const dies = (body: string) =>
    run([
      process.execPath,
      '--input-type=module',
      '--eval',
      `
      import { Signals } from 'sexton'
      setTimeout(() => console.log('immune'), ${patience(5_000)})
      ${body}
      process.kill(process.pid, 'SIGTERM')`,
    ])

  it('leaves no handler behind when a listener from before has gone', async () => {
    const outcome = await dies(`
      const listener = () => {}
      process.on('SIGTERM', listener)
      const signals = new Signals(['SIGTERM'])
      process.off('SIGTERM', listener)
      signals.close()`)
    expect(outcome).toMatchObject({ signal: 'SIGTERM', stdout: '' })
  })

  it('leaves no handler behind when a once-listener has fired', async () => {
    const outcome = await dies(`
      const fired = new Promise((resolve) => process.once('SIGTERM', resolve))
      const signals = new Signals(['SIGTERM'])
      process.kill(process.pid, 'SIGTERM')
      await fired
      signals.close()`)
    expect(outcome).toMatchObject({ signal: 'SIGTERM', stdout: '' })
  })

  it.each(['by itself', 'with its worker'])(
    'lets no signal that was ignored meet its default action: %s',
    async (how) => {
      const result = await evaluate(`
        import { Worker } from 'node:worker_threads'
        import { Signals, spawn } from 'sexton'
        const flood = 'import os\\nwhile True: os.kill(' + process.pid + ', 13)'
        const sender = spawn('python3', ['-c', flood], { stdio: 'ignore', deathSignal: 'SIGKILL' })
        const first = new Signals(['SIGPIPE'])
        await first.next()
        first.close()
        const source = "import('sexton').then(({ Signals }) => new Signals(['SIGPIPE']).next()).then(() => process.exit())"
        if (${how === 'by itself'}) for (let i = 0; i < 20_000; i += 1) new Signals(['SIGPIPE']).close()
        else for (let i = 0; i < 20; i += 1) {
          await new Promise((resolve) => new Worker(source, { eval: true }).once('exit', resolve))
        }
        console.log(JSON.stringify(sender.kill('SIGKILL')))
        process.exit()`)
      expect(result).toBe(true)
    },
  )

  it("brings back Node's own handler of SIGUSR1", async () => {
    const result = await evaluate(`
      import fs from 'node:fs'
      import { Signals } from 'sexton'
      const masks = () => fs.readFileSync('/proc/self/status', 'utf8').match(/Sig(Ign|Cgt).*/g)
      const before = masks()
      new Signals(['SIGUSR1', 'SIGTERM', 'SIGRTMIN']).close()
      console.log(JSON.stringify({ before, after: masks() }))`)
    const { before, after } = result as { before: string[]; after: string[] }
    expect(after).toEqual(before)
  })

  it('still delivers what had arrived, and gives it to no later iterator', async () => {
    const result = await evaluate(`
      import { Signals } from 'sexton'
      const first = new Signals(['SIGUSR2'])
      process.kill(process.pid, 'SIGUSR2')
      first.close()
      const second = new Signals(['SIGUSR2'])
      const { value } = await first.next()
      const later = await Promise.race([second.next(), new Promise((r) => setTimeout(r, 200, 'nothing'))])
      console.log(JSON.stringify({ name: value?.name, later }))
      process.exit()`)
    expect(result).toEqual({ name: 'SIGUSR2', later: 'nothing' })
  })
})

// Sends SIGUSR2 to this process in the very instant after a handler of it was put in place, other than
// by the call that takes down who has sent it.
const hasty = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
int sigaction(int number, const struct sigaction *action, struct sigaction *before) {
  int (*real)(int, const struct sigaction *, struct sigaction *) = dlsym(RTLD_NEXT, "sigaction");
  const int result = real(number, action, before);
  if (number == SIGUSR2 && action && action->sa_handler != SIG_DFL && !(action->sa_flags & SA_SIGINFO))
    raise(SIGUSR2);
  return result;
}`

async function hastyLibrary(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'sexton-hasty-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const [source, library] = [join(directory, 'hasty.c'), join(directory, 'hasty.so')]
  writeFileSync(source, hasty)
  await compile(source, library, '-shared', '-fPIC')
  return library
}

describe("a signal between libuv's handler and ours", () => {
  const heard = (env: Record<string, string>) =>
    evaluate(
      `
      import { Signals } from 'sexton'
      const heard = []
      const listen = async (signals) => {
        for await (const { name, origin } of signals) heard.push([name, origin.pid === process.pid])
      }
      const turns = async () => { for (let i = 0; i < 20; i += 1) await new Promise(setImmediate) }
      const first = new Signals(['SIGUSR2'])
      listen(first)
      await turns()
      process.kill(process.pid, 'SIGUSR2')
      await turns()
      first.close()
      listen(new Signals(['SIGUSR2']))
      await turns()
      process.kill(process.pid, 'SIGUSR2')
      await turns()
      console.log(JSON.stringify(heard))
      process.exit()`,
      { env },
    )

  it('is delivered, once, by whomever it was sent', async () => {
    const [sent, missed] = [
      ['SIGUSR2', true],
      ['SIGUSR2', false],
    ]
    expect(await heard({})).toEqual([sent, sent])
    expect(await heard({ LD_PRELOAD: await hastyLibrary() })).toEqual([missed, sent, missed, sent])
  })
})

describe('a listener that changes who listens, while signals wait to be told', () => {
  it('loses none of them, nor their order', async () => {
    const heard = await evaluate(`
      import { shutdown, Signals } from 'sexton'
      const other = new Signals(['SIGWINCH'])
      const signals = new Signals(['SIGHUP', 'SIGUSR2'])
      shutdown(() => new Promise(() => {}), {
        force: 'never',
        log() {
          process.kill(process.pid, 'SIGUSR2')
          other.close() // which reads what has come, for those who listened until now
        },
      })
      process.kill(process.pid, 'SIGTERM')
      process.kill(process.pid, 'SIGHUP')
      const heard = []
      while (heard.length < 2) heard.push((await signals.next()).value.name)
      console.log(JSON.stringify(heard))
      process.exit()`)
    expect(heard).toEqual(['SIGHUP', 'SIGUSR2'])
  })
})
