import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, run } from '../program.js'
import { succeed } from './project.js'

interface Step {
  run?: string
  uses?: string
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
})
