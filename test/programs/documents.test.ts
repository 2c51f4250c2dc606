import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { asPid1, environment, root, run } from '../program.js'
import { type Block, blocksOf, documents, parseBlocks } from './documents/blocks.js'
import { plansOfJobs } from './documents/jobs.js'
import { brokenLinks } from './documents/links.js'
import { plansOfMetrics } from './documents/metrics.js'
import { inside, type Plan, program, project, succeed } from './documents/plan.js'
import { IS_DOCKERFILE, IS_OUTPUT, plansOfReadme } from './documents/readme.js'
import { plansOfRunning } from './documents/running.js'
import { plansOfSignals } from './documents/signals.js'
import { typeCheck } from './documents/type-check.js'
import { innerPid, start } from './running.js'

// The code of README.md and docs/ as their reader takes it: it compiles in strict TypeScript, and runs.

const IS_MANIFEST = 'kubernetes.test.ts plays it'

const plans: Readonly<Record<string, Plan>> = {
  ...plansOfReadme,
  'docs/doctor.md, sexton doctor': { isNotRun: `${IS_OUTPUT}; doctor.test.ts has its words` },
  'docs/init.md, sexton/init': { runs: runsWithInit },
  'docs/init.md, Options': { runs: configuresInit },
  'docs/init.md, Options (2)': { runs: hearsOfOrphans },
  'docs/init.md, What the exit tells': { isNotRun: `${IS_OUTPUT}; exit-report.test.ts has it` },
  'docs/init.md, What the exit tells (2)': { isNotRun: `${IS_OUTPUT}; exit-report.test.ts has it` },
  'docs/init.md, What the exit tells (3)': { runs: reportsLeaks },
  ...plansOfJobs,
  'docs/kubernetes.md, A pod': { isNotRun: IS_MANIFEST },
  'docs/kubernetes.md, See all processes of a pod': { isNotRun: IS_MANIFEST },
  ...plansOfMetrics,
  'docs/pid1.md, In a container': { isNotRun: IS_DOCKERFILE },
  'docs/processes.md, Wait for any process': {
    given: 'declare const pid: number, otherPid: number',
    runs: waitsForAnyProcess,
  },
  'docs/processes.md, Kill that process and no other': { runs: killsThoseProcesses },
  ...plansOfRunning,
  'docs/shell.md, Manual pages and completions': { isNotRun: 'manual.test.ts compares the page' },
  'docs/shell.md, Manual pages and completions (2)': {
    isNotRun: 'manual.test.ts completes words with these files',
  },
  'docs/shim.md, Use it with podman': { isNotRun: 'shim-podman.test.ts starts it by --conmon' },
  'docs/shim.md, One process for all containers': {
    isNotRun: 'shim-serve-podman.test.ts starts it by --conmon',
  },
  ...plansOfSignals,
  'docs/spawn.md, Use it': { given: 'declare const repository: string', runs: startsAProcess },
  'docs/write-an-init.md, Reap orphans inside a Node program': { runs: reapsOrphans },
  'docs/write-an-init.md, Be process 1': { runs: isAnInit },
}

const blocks = documents.flatMap(blocksOf)
const isScript = ({ language }: Block) => /^(js|ts|javascript|typescript)$/.test(language)

describe('What the documents show', () => {
  it('has a test of each block, or a reason why it has none', () => {
    expect(blocks.map(({ name }) => name)).toEqual(Object.keys(plans))
  })

  it('is found wherever it stands', () => {
    const markdown = '# One\n```js\na()\n```\ntext\n\n```sh\nb\n```\n## Two\n```\nc\n```\n'
    expect(parseBlocks('x.md', markdown)).toEqual([
      { name: 'x.md, One', language: 'js', text: 'a()\n' },
      { name: 'x.md, One (2)', language: 'sh', text: 'b\n' },
      { name: 'x.md, Two', language: '', text: 'c\n' },
    ])
  })

  it('names only scripts of npm that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const texts = documents.map((name) => readFileSync(join(root, name), 'utf8')).join('\n')
    const named = [...texts.matchAll(/npm (?:run )?(test|(?<=run )[\w:-]+)/g)].map(
      ([, name]) => name,
    )
    expect(named.length).toBeGreaterThan(5)
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  })

  it('gives .ci/run and .ci/checks the commands of README', () => {
    const commands = [
      ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^npm ci && npm .*?(?= *#)/gm),
    ]
    expect(commands.map(String)).toEqual(['npm ci && npm run demo', 'npm ci && npm test'])
    const scripts = ['run', 'checks'].map((name) => readFileSync(join(root, '.ci', name), 'utf8'))
    for (const [i, [command]] of commands.entries()) expect(scripts[i]).toContain(`{ ${command}; }`)
  })

  it('has a README of at most 150 lines', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length - 1).toBeLessThan(151)
  })

  it('has no link to a file or a heading that is missing', () => {
    expect(documents.flatMap(brokenLinks)).toEqual([])
  })

  it('compiles in strict TypeScript', { timeout: 120_000 }, () => {
    const sources = blocks.filter(isScript).map(({ name, text }): [string, string] => {
      const plan = plans[name]
      const given = plan !== undefined && 'given' in plan ? plan.given : ''
      return [name, `${text}\nexport {}\n${given}\n`]
    })
    expect(sources.length).toBeGreaterThan(5)
    const found = typeCheck(new Map(sources))
    expect([...found].filter(([, errors]) => errors.length > 0)).toEqual([])
  })

  it('would not compile with an error in it', { timeout: 120_000 }, () => {
    const source = `import { spawn } from 'sexton'\nspawn('x', [], { stdio: 'inherit' }).stdout.read()\n`
    expect(typeCheck(new Map([['a', source]])).get('a')).toEqual([
      expect.stringMatching(/^line 2: .*null/),
    ])
  })

  for (const block of blocks) {
    const plan = plans[block.name]
    if (plan !== undefined && 'runs' in plan) it(`runs: ${block.name}`, () => plan.runs(block))
  }
})

async function waitsForAnyProcess(block: Block): Promise<void> {
  const before = `
    import { spawn } from 'node:child_process'
    const { pid } = spawn('sh', ['-c', 'sleep 0.1; exit 7'])
    const { pid: otherPid } = spawn('sleep', ['1000'])`
  expect(await succeed(run(program(block, before)))).toBe('7 null true\n137\n')
}

async function startsAProcess(block: Block): Promise<void> {
  // One that writes more to standard error than a pipe holds, and more to standard output.
  const git = `#!/bin/sh
head -c 200000 /dev/zero | tr '\\0' e >&2
head -c 300000 /dev/zero | tr '\\0' o
`
  const before = `
    const repository = 'repository'
    // Not in 'exit': the pipe may still be full then, and Node drops what it cannot write at once.
    process.once('beforeExit', () => console.log(JSON.stringify([code, signal, usage.maxRSS > 0])))`
  const files = { git, 'repository/file': '' }
  const command = program(block, before, files)
  const path = { PATH: `${command[2]}:${environment.PATH}` }
  await run(['chmod', '+x', `${command[2]}/git`])
  const { code, stdout, stderr } = await run(command, { env: path })
  expect([code, stderr.length]).toEqual([0, 200_000])
  expect(stdout).toBe(`${'o'.repeat(300_000)}[0,null,true]\n`)
}

async function killsThoseProcesses(block: Block): Promise<void> {
  const before = `
    import { spawn } from 'node:child_process'
    import { once } from 'node:events'
    const shell = spawn('sh', ['-c', 'sleep 1000 & sleep 1000 & echo; wait'])
    const ended = once(shell, 'exit')
    await once(shell.stdout, 'data')
    const found = descendants().length`
  const after = `
    console.log(found, descendants().filter(({ state }) => state !== 'Z'), await ended)`
  const command = program({ ...block, text: `${block.text}${after}` }, before)
  expect(await succeed(run(command))).toBe("3 [] [ null, 'SIGTERM' ]\n")
}

async function reportsLeaks(block: Block): Promise<void> {
  const leak = `
    import { spawn } from 'node:child_process'
    setup()
    spawn('sleep', ['1000'], { stdio: 'ignore' }).unref()`
  const { stderr } = await run(program({ ...block, text: `${block.text}${leak}` }))
  expect(stderr).toMatch(/^sexton\/init: 1 process was left at exit:\n.* sleep 1000: terminated\n$/)
}

async function reapsOrphans(block: Block): Promise<void> {
  // The shell is child_process's; what it leaves behind is nobody's.
  const before = `
    import { spawn } from 'node:child_process'
    setTimeout(() => spawn('sh', ['-c', '(read line; exit 7) <&3 & exit'], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    }).on('exit', function () { this.stdio[3].end('go\\n') }))`
  const reaper = start(program(block, before))
  await reaper.printed(/^reaped \d+: 7$/m)
  process.kill(reaper.pid, 'SIGKILL')
  await reaper.ended
}

async function isAnInit(block: Block): Promise<void> {
  const files = {
    'server.js': `
      import { spawn } from 'node:child_process'
      process.on('SIGTERM', () => process.exit(7))
      spawn('sh', ['-c', 'true & exit'], { stdio: 'ignore' })
      setInterval(() => {}, 1000)
      console.log('serves')`,
  }
  const running = start([...asPid1, ...program(block, '', files)])
  await running.printed('serves')
  process.kill(await innerPid(running), 'SIGTERM')
  expect(await running.ended).toMatchObject({ code: 7, stderr: '' })
}

async function runsWithInit({ text }: Block): Promise<void> {
  const app = `
    import { init } from 'sexton/init'
    console.log(Object.keys(init.stats()))`
  expect(await succeed(run(inside(project({ 'app.js': app }), 'sh', '-ec', text)))).toBe(
    "[ 'reaped', 'adopted', 'abandoned', 'pending' ]\n",
  )
}

async function configuresInit(block: Block): Promise<void> {
  expect(await succeed(run(program(block)))).toBe(
    '{ reaped: 0, adopted: 0, abandoned: 0, pending: 0 }\n',
  )
}

async function hearsOfOrphans(block: Block): Promise<void> {
  const before = `
    import 'sexton/init'
    import { spawn } from 'node:child_process'
    spawn('sh', ['-c', 'sleep 0.1 & sleep 1000 & exit'], { stdio: 'ignore' })
    const alive = setInterval(() => {}, 1000)`
  const after = `
    subscribe('sexton:reaped', () => clearInterval(alive))`
  const stdout = await succeed(run(program({ ...block, text: `${block.text}${after}` }, before)))
  expect(stdout).toMatch(/^\{ pid: \d+, name: 'sleep' \}$/m)
  expect(stdout).toMatch(/origin: 'adopted'/)
  expect(stdout).toMatch(/outcome: 'terminated'/)
}
