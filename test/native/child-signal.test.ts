import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../compile.js'
import { evaluate } from '../program.js'

// Node undoes what SIGCHLD was set to before it starts, so something must spoil it afterwards: a
// library whose constructor does, which is loaded as if it were an addon.
const spoiler = `
#include <signal.h>
#include <stdlib.h>
#include <string.h>
__attribute__((constructor)) static void spoil(void) {
  const char *how = getenv("SPOIL");
  struct sigaction action = {0};
  action.sa_handler = strcmp(how, "ignore") == 0 ? SIG_IGN : SIG_DFL;
  if (strcmp(how, "nocldwait") == 0) action.sa_flags = SA_NOCLDWAIT;
  if (strcmp(how, "block") != 0) sigaction(SIGCHLD, &action, NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  if (strcmp(how, "block") == 0) sigprocmask(SIG_BLOCK, &set, NULL);
}`

const directory = mkdtempSync(join(tmpdir(), 'sexton-spoil-'))
const library = join(directory, 'spoil.so')

beforeAll(async () => {
  const source = join(directory, 'spoil.c')
  writeFileSync(source, spoiler)
  await compile(source, library, '-shared', '-fPIC')
})

afterAll(() => rmSync(directory, { recursive: true }))

/** Spoils SIGCHLD in a Node, then runs `body` there. */
function spoiled<T>(how: string, body: string): Promise<T> {
  const source = `
    import { encodePlan } from './dist/spawn/plan.js'
    import { binding } from './dist/system/binding.js'
    try { process.dlopen({ exports: {} }, '${library}') } catch {}
    const strings = (...all) => Buffer.from(all.map((one) => one + '\\0').join(''))
    // By the native spawn alone: the library repairs SIGCHLD before its first child.
    const statusOf = async () => {
      const [result, record] = [new Int32Array(4), new Float64Array(binding.waitFields)]
      const argv = strings('/bin/sh', '-c', 'exit 7')
      const plan = {
        strings: { files: strings('/bin/sh'), argv, env: strings('PATH=/bin') },
        options: { rlimits: new Float64Array() },
        fds: Int32Array.of(-1, -1, -1),
      }
      binding.spawn(encodePlan(plan), result)
      let count = 0
      while ((count = binding.wait(1, result[0], 0, record)) === 0) await new Promise(setImmediate)
      return count < 0 ? 127 : record[2]
    }
    ${body}
  `
  return evaluate<T>(source, { env: { SPOIL: how, SEXTON_BACKEND: 'poll' }, timeout: 10_000 })
}

describe('repairChildSignal', () => {
  it.each(['ignore', 'nocldwait'])('undoes "%s", which loses every status', async (how) => {
    const source = `
      const lost = await statusOf()
      const repaired = [binding.repairChildSignal(), binding.repairChildSignal()]
      console.log(JSON.stringify({ lost, repaired, kept: await statusOf() }))`
    // 127: gone, and no one can tell how.
    const expected = { lost: 127, repaired: [true, false], kept: 7 }
    expect(await spoiled(how, source)).toEqual(expected)
  })

  it('unblocks SIGCHLD, which would never be heard', async () => {
    const source = `
      const repaired = [binding.repairChildSignal(), binding.repairChildSignal()]
      const heard = new Promise((resolve) => binding.startChildSignal(() => resolve(true)))
      const awake = setInterval(() => {}, 1_000) // the signal's watcher keeps nothing alive
      const [status] = await Promise.all([statusOf(), heard])
      clearInterval(awake)
      console.log(JSON.stringify({ repaired, status }))`
    expect(await spoiled('block', source)).toEqual({ repaired: [true, false], status: 7 })
  })

  it.each(['ignore', 'nocldwait', 'block'])(
    'is called by spawn before a birth: %s',
    async (how) => {
      const source = `
      const { spawn } = await import('sexton')
      console.log(JSON.stringify((await spawn('sh', ['-c', 'exit 7']).exited).code))`
      expect(await spoiled(how, source)).toBe(7)
    },
  )

  it('has nothing to do in a Node that was started with SIGCHLD ignored', async () => {
    const source = `
      import { binding } from './dist/system/binding.js'
      import { spawn } from 'sexton'
      const repaired = binding.repairChildSignal()
      const { code } = await spawn('sh', ['-c', 'exit 7']).exited
      console.log(JSON.stringify({ repaired, code }))`
    const prefix = ['sh', '-c', 'trap "" CHLD; exec "$@"', 'sh']
    expect(await evaluate(source, { prefix })).toEqual({ repaired: false, code: 7 })
  })
})

describe('startChildSignal', () => {
  it('calls after a death and a restart, not after stopChildSignal', async () => {
    const source = `
      import { spawn } from 'node:child_process'
      import { once } from 'node:events'
      import { binding } from './dist/system/binding.js'
      let calls = 0
      const die = () => once(spawn('true'), 'exit')
      const results = []
      for (const step of [() => binding.startChildSignal(() => { calls += 1 }), () =>
        binding.stopChildSignal(), () => binding.startChildSignal(() => { calls += 10 })]) {
        step()
        calls = 0
        await die()
        await new Promise((resolve) => setImmediate(resolve))
        results.push(calls > 0)
      }
      console.log(JSON.stringify({ results, last: calls % 10 }))`
    expect(await evaluate(source)).toEqual({ results: [true, false, true], last: 0 })
  })

  it("is heard in every thread that listens, also of another thread's child", async () => {
    const source = `
      import { spawn } from 'node:child_process'
      import { once } from 'node:events'
      import { Worker } from 'node:worker_threads'
      const code = \`
        import { parentPort } from 'node:worker_threads'
        import { binding } from './dist/system/binding.js'
        binding.startChildSignal(() => parentPort.postMessage('heard'))
        parentPort.postMessage('ready')
        setInterval(() => {}, 1000)
      \`
      const workers = [1, 2, 3].map(() => new Worker(code, { eval: true }))
      await Promise.all(workers.map((worker) => once(worker, 'message')))
      const heard = workers.map((worker) => once(worker, 'message'))
      spawn('true')
      const messages = await Promise.all(heard)
      await Promise.all(workers.map((worker) => worker.terminate()))
      console.log(JSON.stringify(messages.flat()))`
    expect(await evaluate(source)).toEqual(['heard', 'heard', 'heard'])
  })
})
