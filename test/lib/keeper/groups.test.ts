import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { enableController, makeGroups } from '../../../lib/keeper/groups.js'

/** A directory with files as of a cgroup of version 2. */
function recorded(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const ALL = 'cpuset cpu io memory pids\n'

describe('A controller', () => {
  it('is enabled for the groups below, unless it is', () => {
    const off = recorded({ 'cgroup.controllers': ALL, 'cgroup.subtree_control': '\n' })
    enableController(off, 'processes')
    expect(readFileSync(join(off, 'cgroup.subtree_control'), 'utf8')).toMatch(/^\+pids/)
    const on = recorded({ 'cgroup.controllers': ALL, 'cgroup.subtree_control': 'memory pids\n' })
    enableController(on, 'processes')
    expect(readFileSync(join(on, 'cgroup.subtree_control'), 'utf8')).toBe('memory pids\n')
  })

  it('is not enabled in a group with processes, unless it is the root', () => {
    const files = {
      ...{ 'cgroup.controllers': ALL, 'cgroup.subtree_control': '\n', 'cgroup.procs': '17\n' },
    }
    const folder = recorded({ ...files, 'cgroup.type': 'domain\n' })
    expect(() => enableController(folder, 'processes')).toThrow(
      `limits.processes needs a cgroup: the controller 'pids' cannot be enabled in ${folder}, which has processes itself\n`,
    )
    expect(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8')).toBe('\n')
    enableController(recorded(files), 'processes')
  })

  it('is missed with an error that says where', () => {
    const folder = recorded({ 'cgroup.controllers': 'cpu\n', 'cgroup.subtree_control': '\n' })
    expect(() => enableController(folder, 'memory')).toThrow(
      `limits.memory needs a cgroup: ${folder} has no controller 'memory'\nGive cgroup: a directory`,
    )
  })
})

describe('The groups of a job', () => {
  const needs = (path: string) => ({ isolates: false, limits: { processes: 5 }, path })

  it('are none if nothing needs them', () => {
    expect(makeGroups({ isolates: false, limits: {}, path: '/no/such' })).toBeUndefined()
  })

  it.each([
    ['there is no such directory', () => '/no/such/directory', 2],
    ['it is no cgroup', () => recorded({}), 2],
  ])('are refused where %s', (_, directory, errno) => {
    const path = directory()
    const refused = { code: 'ERR_UNSUPPORTED', errno, path: `${path}/cgroup.subtree_control` }
    expect(() => makeGroups(needs(path))).toThrow(expect.objectContaining(refused))
  })

  it('leave no directory where a limit cannot be set', () => {
    const folder = recorded({ 'cgroup.controllers': ALL, 'cgroup.subtree_control': 'pids\n' })
    expect(() => makeGroups(needs(folder))).toThrow(/ENOENT/)
    expect(readdirSync(folder).filter((name) => name.startsWith('sexton-'))).toEqual([])
    expect(existsSync(folder)).toBe(true)
  })
})
