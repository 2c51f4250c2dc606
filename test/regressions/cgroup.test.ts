import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { spawn } from '../../lib/index.js'
import { eventually } from '../eventually.js'
import { cgroupFolder } from '../needs.js'
import { run } from '../program.js'

const folder = cgroupFolder()

function newGroup(parent: string, name: string): string {
  const path = join(parent, name)
  mkdirSync(path)
  onTestFinished(async () => {
    writeFileSync(join(path, 'cgroup.freeze'), '0')
    for (const pid of readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
      process.kill(Number(pid), 'SIGKILL')
    await eventually(() => rmdirSync(path))
  })
  return path
}

// In a process of its own: one that waits for a frozen child is freed by its death alone.
async function spawnInto(cgroup: string): Promise<unknown> {
  const source = `
    import { spawn } from 'sexton'
    const outcome = await spawn('true', [], { cgroup: ${JSON.stringify(cgroup)}, stdio: 'ignore' }).exited.then(
      ({ code }) => code, ({ code, errno, syscall, path, message }) => ({ code, errno, syscall, path, message }))
    console.log(JSON.stringify(outcome))`
  const node = [process.execPath, '--input-type=module', '--eval', source]
  const { stdout, signal } = await run(node, { timeout: 15_000 })
  return signal ?? JSON.parse(stdout)
}

describe.skipIf(folder === undefined)('spawn into a frozen cgroup', () => {
  const root = folder as string
  const refused = (path: string) => ({
    code: 'ERR_SPAWN_FAILED',
    errno: 16,
    syscall: 'clone',
    path,
    message: `cgroup '${path}' is frozen: a child could not start in it\nThaw the cgroup first.`,
  })

  it.each([
    ['it', (outer: string) => outer],
    ['its ancestor', (outer: string) => newGroup(newGroup(outer, 'middle'), 'inner')],
  ])('is refused where %s is frozen, and works after the thaw', async (name, of) => {
    const outer = newGroup(root, `sexton-frozen-${process.pid}-${name.length}`)
    const cgroup = of(outer)
    writeFileSync(join(outer, 'cgroup.freeze'), '1')
    expect(await spawnInto(cgroup)).toEqual(refused(cgroup))
    writeFileSync(join(outer, 'cgroup.freeze'), '0')
    expect(await spawnInto(cgroup)).toBe(0)
  })
})

describe('spawn into a directory that is not a cgroup of version 2', () => {
  it('says what would be one', async () => {
    const path = mkdtempSync(join(tmpdir(), 'sexton-'))
    onTestFinished(() => rmdirSync(path))
    await expect(spawn('true', [], { cgroup: path }).exited).rejects.toMatchObject({
      code: 'ERR_SPAWN_FAILED',
      path,
      message: `invalid cgroup '${path}': expected a directory of cgroup version 2, for example /sys/fs/cgroup/jobs`,
    })
  })
})
