import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { killCgroup } from '../../../lib/keeper/kill-cgroup.js'

// Recorded files, as a kernel before 5.14 has them: no cgroup.kill. A process leaves the list when it dies.

/** Lists a process in a directory until it dies. Gives how that was, and whether the group was frozen then. */
async function deathIn(directory: string, group: string): Promise<unknown[]> {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
  const list = join(directory, 'cgroup.procs')
  writeFileSync(list, `${child.pid}\n`)
  const [, signal] = await once(child, 'exit')
  writeFileSync(list, '')
  return [signal, readFileSync(join(group, 'cgroup.freeze'), 'utf8')]
}

describe('A cgroup without cgroup.kill', () => {
  it('is frozen, killed with the groups below, and thawed', async () => {
    const group = mkdtempSync(join(tmpdir(), 'sexton-'))
    onTestFinished(() => rmSync(group, { recursive: true }))
    const below = join(group, 'below', 'that')
    mkdirSync(below, { recursive: true })
    writeFileSync(join(group, 'cgroup.freeze'), '0')
    writeFileSync(join(group, 'below', 'cgroup.procs'), '')
    const deaths = [deathIn(group, group), deathIn(below, group)]
    await killCgroup(group)
    expect(await Promise.all(deaths)).toEqual([
      ['SIGKILL', '1'],
      ['SIGKILL', '1'],
    ])
    expect(readFileSync(join(group, 'cgroup.freeze'), 'utf8')).toBe('0')
  })
})
