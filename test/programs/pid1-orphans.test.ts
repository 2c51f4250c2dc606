import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { asPid1, run } from '../program.js'
import { under } from './running.js'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const [storm, adopted] = [fixture('orphan-storm.sh'), fixture('adopted.sh')]
const inNamespace = { prefix: asPid1 }

describe('Orphans', () => {
  it('are reaped by the hundred while the command runs with its children', async () => {
    const outcome = await run(under('sh', storm, '400', '400'), inNamespace)
    expect(outcome).toMatchObject({ code: 5, stderr: '' })
    expect(outcome.stdout).toBe('own child: 6\nzombies: 0\n')
  })

  it('would stay, were it not for pid1', async () => {
    const plain = `
      const { spawnSync } = require('node:child_process')
      spawnSync('sh', ['${storm}', '400', '20'], { stdio: 'inherit' })
    `
    const { stdout } = await run([process.execPath, '--eval', plain], inNamespace)
    expect(Number(/zombies: (\d+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(400)
  })

  it('come to pid1 that is not PID 1 with -s', async () => {
    const { code, stdout, stderr } = await run(under('-s', 'sh', adopted))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [parent, adopter] = stdout.trim().split('\n')
    expect(adopter).toBe(parent)
  })

  it('go past it to someone else without -s, and pid1 warns', async () => {
    const { code, stdout, stderr } = await run(under('sh', adopted))
    const [parent, adopter] = stdout.trim().split('\n')
    expect(Number(adopter)).toBeGreaterThan(0)
    expect(adopter).not.toBe(parent)
    expect(stderr).toMatch(/^pid1: this process is neither PID 1 nor a subreaper: .*-s.*\n$/)
    expect(code).toBe(0)
  })

  it('are no cause for a warning under a PID 1 or where -s is given', async () => {
    expect(await run(under('true'), inNamespace)).toMatchObject({ code: 0, stderr: '' })
    expect(await run(under('--subreaper', 'true'))).toMatchObject({ code: 0, stderr: '' })
  })
})
