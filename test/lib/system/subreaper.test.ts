import { describe, expect, it } from 'vitest'
import { evaluate } from '../../program.js'

describe('subreaper', () => {
  it('is off, can be on, and can be off again', async () => {
    const states = await evaluate(`
      import { subreaper } from 'sexton'
      const states = [subreaper.enabled]
      subreaper.enable()
      subreaper.enable()
      states.push(subreaper.enabled)
      subreaper.disable()
      states.push(subreaper.enabled)
      console.log(JSON.stringify(states))
    `)
    expect(states).toEqual([false, true, false])
  })

  it('is for the whole process: what a worker enables, all threads see', async () => {
    const seen = await evaluate(`
      import { once } from 'node:events'
      import { Worker } from 'node:worker_threads'
      import { subreaper } from 'sexton'
      const source = 'import(' + JSON.stringify(import.meta.resolve('sexton')) +
        ').then(({ subreaper }) => subreaper.enable())'
      await once(new Worker(source, { eval: true }), 'exit')
      console.log(JSON.stringify(subreaper.enabled))
    `)
    expect(seen).toBe(true)
  })

  it('makes orphans ours, and without it they go elsewhere', async () => {
    const adopted = await evaluate(`
      import { readFileSync } from 'node:fs'
      import { text } from 'node:stream/consumers'
      import { spawn, subreaper } from 'sexton'
      const parentOfOrphan = async () => {
        const child = spawn('sh', ['-c', 'sleep 1000 > /dev/null & echo $!'])
        const pid = Number(await text(child.stdout))
        await child.exited
        const ppid = Number(/PPid:\\s*(\\d+)/.exec(readFileSync('/proc/' + pid + '/status'))[1])
        process.kill(pid, 'SIGKILL')
        return ppid
      }
      const without = await parentOfOrphan()
      subreaper.enable()
      const own = await parentOfOrphan()
      console.log(JSON.stringify([without === process.pid, own === process.pid]))
    `)
    expect(adopted).toEqual([false, true])
  })

  it('is not inherited by children', async () => {
    const inherited = await evaluate(`
      import { execFileSync } from 'node:child_process'
      import { subreaper } from 'sexton'
      subreaper.enable()
      const source = "import { subreaper } from 'sexton'; console.log(subreaper.enabled)"
      const args = ['--input-type=module', '-e', source]
      console.log(execFileSync(process.execPath, args, { encoding: 'utf8' }))
    `)
    expect(inherited).toBe(false)
  })
})
