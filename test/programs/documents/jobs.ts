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
