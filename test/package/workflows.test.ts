import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { root, run } from '../program.js'
import { succeed } from './project.js'

interface Step {
  run?: string
  uses?: string
  with?: { name?: string; path?: string }
}

interface Workflow {
  on: Record<string, unknown>
  jobs: Record<string, { uses?: string; steps?: Step[]; needs?: string }>
}

const folder = join(root, '.github', 'workflows')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

// YAML takes the key `on` for the word of a truth value, which workflows do not mean.
const PARSE = `import json, sys, yaml
print(json.dumps({str(key).replace("True", "on"): value for key, value in yaml.safe_load(sys.stdin).items()}))`

async function read(name: string): Promise<Workflow> {
  const command = ['sh', '-c', 'python3 -c "$0" < "$1"', PARSE, join(folder, name)]
  const { stdout } = await succeed(run(command, { prefix: ['env', 'PATH=/usr/bin:/bin'] }))
  return JSON.parse(stdout)
}

describe.each(readdirSync(folder))('The workflow %s', (name) => {
  it('parses, and runs only npm and what lies in .ci', async () => {
    const { on, jobs } = await read(name)
    expect(Object.keys(on)).not.toEqual([])
    for (const { uses, steps = [], needs } of Object.values(jobs)) {
      if (needs !== undefined) expect(Object.keys(jobs)).toContain(needs)
      expect(uses ?? '', 'pinned').toMatch(/^$|^\.\//)
      for (const step of steps) {
        expect(step.uses ?? 'actions/none@v1').toMatch(/^actions\/[\w-]+@v\d+$/)
        const [, script] = /^npm (?:run )?(\S+)/.exec(step.run ?? '') ?? []
        const known = script === undefined || script in scripts || /^(ci|publish)$/.test(script)
        expect(known, step.run).toBe(true)
        expect(step.run ?? 'npm ci').toMatch(
          /^(npm (ci|test|run|publish)|\.ci\/(run|packages|prebuilds))( |$)/,
        )
      }
    }
  })

  // The modes of files are lost otherwise, and with them the right to execute a keeper.
  it('carries the files for Linux in an archive', async () => {
    const { jobs } = await read(name)
    for (const { steps = [] } of Object.values(jobs)) {
      for (const [i, { uses = '', with: given }] of steps.entries()) {
        const isLinux = given?.name !== 'darwin'
        if (uses.startsWith('actions/download-artifact@') && isLinux) {
          expect(steps[i + 1]?.run).toBe('.ci/prebuilds unpack')
        }
        if (uses.startsWith('actions/upload-artifact@') && isLinux) {
          expect(given).toEqual({ name: 'linux', path: 'prebuilds/linux.tar' })
          expect(steps[i - 1]?.run).toBe('.ci/prebuilds pack')
        }
      }
    }
  })
})

describe('The archive of prebuilt files', () => {
  it('keeps the right to execute a keeper', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sexton-archive-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    cpSync(join(root, '.ci'), join(folder, '.ci'), { recursive: true })
    const prebuilds = join(folder, 'prebuilds')
    const keeper = join(prebuilds, 'linux-x64', 'sexton-keeper')
    mkdirSync(join(prebuilds, 'linux-x64'), { recursive: true })
    writeFileSync(keeper, 'a program')
    chmodSync(keeper, 0o755)
    const script = join(folder, '.ci', 'prebuilds')
    await succeed(run([script, 'pack']))
    rmSync(join(prebuilds, 'linux-x64'), { recursive: true })
    await succeed(run(['sh', '-c', 'umask 077; exec "$0" unpack', script]))
    expect(statSync(keeper).mode & 0o777).toBe(0o755)
    expect(readdirSync(prebuilds)).toEqual(['linux-x64'])
  })
})
