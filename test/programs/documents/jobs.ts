import { expect } from 'vitest'
import { run } from '../../program.js'
import type { Block } from './blocks.js'
import { type Plan, program, succeed } from './plan.js'

/** The blocks of docs/jobs.md. */
export const plansOfJobs: Readonly<Record<string, Plan>> = {
  'docs/jobs.md, Run a job': { runs: endsWhatIsLeft },
  'docs/jobs.md, Run a job (2)': {
    given: 'declare const script: string, limit: AbortSignal',
    runs: limitsATool,
  },
  'docs/jobs.md, Keep a daemon': { runs: keepsADaemon },
  'docs/jobs.md, Choose a level': { runs: showsItselfAlone },
  'docs/jobs.md, Limit a job': { runs: saysWhatItHit },
}

async function endsWhatIsLeft(block: Block): Promise<void> {
  const test = 'sh -c "setsid sleep 1000 & sleep 0.2"'
  const files = { 'package.json': JSON.stringify({ type: 'module', scripts: { test } }) }
  expect(await succeed(run(program(block, '', files)))).toBe('sleep terminated\n')
}

async function limitsATool(block: Block): Promise<void> {
  const before = "const script = 'yes & setsid yes & wait', limit = AbortSignal.timeout(60_000)"
  const after = 'console.log(result.endedBy, result.all.length <= 100_000)'
  const text = await succeed(run(program({ ...block, text: `${block.text}${after}` }, before)))
  expect(text).toBe('timeout true\n')
}

async function keepsADaemon(block: Block): Promise<void> {
  const daemon =
    '#!/bin/sh\nsleep 1 > /dev/null 2>&1 &\nuntil grep -q sleep /proc/$!/comm; do :; done\n'
  const folder = program(block, '', { 'start-server': daemon })
  await run(['chmod', '+x', `${folder[2]}/start-server`])
  expect(await succeed(run(folder))).toBe('1\n')
}

// Where there is no PID namespace, the document's own words say why.
async function showsItselfAlone(block: Block): Promise<void> {
  const { stdout, stderr } = await run(program(block))
  if (stderr.includes('ERR_UNSUPPORTED'))
    expect(stderr).toContain("isolation 'pid-namespace' needs")
  else expect(stdout).toBe('1 2\n')
}

// Many machines have no group that can be limited.
async function saysWhatItHit(block: Block): Promise<void> {
  const scripts = { test: 'x=a; while :; do x=$x$x; done' }
  const files = { 'package.json': JSON.stringify({ type: 'module', scripts }) }
  const { stdout, stderr } = await run(program(block, '', files))
  if (stderr.includes('ERR_UNSUPPORTED')) expect(stderr).toMatch(/limits\.\w+ needs a cgroup/)
  else expect(stdout).toContain("'memory'")
}
