import { describe, expect, it } from 'vitest'
import { lacks } from '../needs.js'
import { evaluate } from '../program.js'

// Two variables that stay as they are: one is not UTF-8, one is no identifier.
const withRawBytes = ['env', 'sh', '-c', 'RAW=$(printf "a\\377b") exec env "odd name=1" "$@"', 'sh']

const program = `
  import { spawn } from 'sexton'
  import { text, buffer } from 'node:stream/consumers'
  const seen = async (options = {}) => {
    const child = spawn('/bin/cat', ['/proc/self/environ'], { ...options, stdio: ['ignore', 'pipe', 'ignore'] })
    const bytes = await buffer(child.stdout)
    const { code } = await child.exited
    if (code !== 0) throw new Error('exit ' + code)
    return bytes.toString('latin1').split('\\0').slice(0, -1)
  }
`

interface Race {
  spawns: number
  failures: string[]
  strange: string[]
  lacking: string[]
}

describe('the default environment', () => {
  it('is whole while a worker changes it', { timeout: 120_000 }, async () => {
    const source = `${program}
      import { once } from 'node:events'
      import { Worker, SHARE_ENV } from 'node:worker_threads'
      const flag = new Int32Array(new SharedArrayBuffer(8))
      const worker = new Worker(\`
        import { workerData as flag } from 'node:worker_threads'
        for (let i = 0; Atomics.load(flag, 0) === 0; i += 1) {
          for (let n = 0; n < 400; n += 1) process.env['V' + n] = 'x'.repeat(50 + (i % 500))
          for (let n = 0; n < 400; n += 1) delete process.env['V' + n]
          Atomics.add(flag, 1, 1)
        }\`, { eval: true, env: SHARE_ENV, workerData: flag })
      const stable = new Set(await seen())
      await once(worker, 'online')
      const failures = [], strange = new Set(), lacking = new Set()
      let spawns = 0
      // At least as often as it takes to overlap with many changes.
      while (spawns < 150 || Atomics.load(flag, 1) < 50) {
        spawns += 1
        const entries = await seen().catch((error) => void failures.push(error.message))
        if (entries === undefined) continue
        for (const entry of entries) if (!stable.has(entry) && !/^V\\d+=x{50,549}$/.test(entry)) strange.add(entry)
        for (const entry of stable) if (!entries.includes(entry)) lacking.add(entry)
      }
      Atomics.store(flag, 0, 1)
      await once(worker, 'exit')
      console.log(JSON.stringify({ spawns, failures, strange: [...strange], lacking: [...lacking] }))`
    const { spawns, ...faults } = await evaluate<Race>(source, {
      prefix: withRawBytes,
      timeout: 100_000,
    })
    expect(spawns).toBeGreaterThanOrEqual(150)
    expect(faults).toEqual({ failures: [], strange: [], lacking: [] })
  })

  const refusing = [
    ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=process_vm_readv'],
    ...['-e', 'inject=process_vm_readv:error=EPERM'],
  ]
  const ways: [string, string[]][] = [['', []]]
  if (!lacks('strace')) ways.push([' where the kernel refuses process_vm_readv', refusing])

  it.each(ways)('has the exact bytes%s', async (_, prefix) => {
    const source = `${program}
      import { readFileSync } from 'node:fs'
      const own = readFileSync('/proc/self/environ', 'latin1').split('\\0').slice(0, -1)
      const plain = await seen()
      // A later change counts, and so does an earlier one that is undone.
      process.env.ADDED = 'word'
      const added = await seen()
      delete process.env.ADDED
      console.log(JSON.stringify({ own, plain, added, again: await seen(), listening: await seen({ listenPid: true }) }))`
    const result = await evaluate<Record<string, string[]>>(source, {
      prefix: [...prefix, ...withRawBytes],
    })
    const { own } = result
    expect(own).toContain('RAW=a\xffb')
    expect(own).toContain('odd name=1')
    const added = [...(own ?? []), 'ADDED=word']
    expect(result).toEqual({ own, plain: own, added, again: own, listening: own })
  })

  it('is the object that was put in the place of process.env', async () => {
    const source = `${program}
      const inherited = await seen()
      process.env = { ONLY: 'this' }
      const plain = await seen()
      const keys = Reflect.ownKeys(process.env)
      process.env = new Proxy(process.env, { get: (env, name) => env[name] + ' and that' })
      console.log(JSON.stringify({ inherited: inherited.length > 1, plain, keys, proxied: await seen() }))`
    expect(await evaluate(source)).toEqual({
      inherited: true,
      plain: ['ONLY=this'],
      keys: ['ONLY'],
      proxied: ['ONLY=this and that'],
    })
  })
})

describe('env', () => {
  it('counts inherited properties, as child_process does', async () => {
    const source = `${program}
      import { spawnSync } from 'node:child_process'
      const env = Object.create({ INHERITED: 'yes', HIDDEN: 'no' }, { OWN: { value: '1', enumerable: true } })
      env.HIDDEN = undefined
      const ours = await seen({ env, cleanEnv: true })
      // Node adds a variable of its own to it where code is counted.
      const { stdout } = spawnSync('/bin/cat', ['/proc/self/environ'], { env })
      const theirs = stdout.toString().split('\\0').slice(0, -1)
      console.log(JSON.stringify([ours, theirs.filter((entry) => !entry.startsWith('NODE_V8_'))]))`
    const [ours, theirs] = await evaluate<[string[], string[]]>(source)
    expect(ours).toEqual(['OWN=1', 'INHERITED=yes'])
    expect(ours).toEqual(theirs)
  })
})
