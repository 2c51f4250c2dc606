import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { figureOf, parseExposition } from '../../exposition.js'
import { lacks } from '../../needs.js'
import { run } from '../../program.js'
import { start } from '../running.js'
import type { Block } from './blocks.js'
import { type Plan, program, project, succeed } from './plan.js'
import { IS_OUTPUT } from './readme.js'

/** The blocks of docs/metrics.md. */
export const plansOfMetrics: Readonly<Record<string, Plan>> = {
  'docs/metrics.md, sexton/metrics': { runs: servesMetrics },
  'docs/metrics.md, OpenTelemetry': { runs: feedsOpenTelemetry },
  'docs/metrics.md, Diagnostics channels': { runs: hearsOfChildren },
  'docs/metrics.md, sexton exporter': { isNotRun: `${IS_OUTPUT}; exporter.test.ts starts it` },
  'docs/metrics.md, Alerts': { runs: alerts },
}

async function servesMetrics(block: Block): Promise<void> {
  // A free port instead, and what another module of the program would do.
  const text = `${block.text.replace('.listen(9464)', ".listen(0, function () { console.log('port', this.address().port) })")}
    import { spawn } from 'sexton'
    console.log(String(await spawn('sh', ['-c', 'exit 3']).exited))`
  const running = start(program({ ...block, text }))
  await running.printed(/port \d+\n/)
  await running.printed('exit code 3')
  const port = /port (\d+)/.exec(running.stdout())?.[1]
  const response = await fetch(`http://127.0.0.1:${port}`)
  expect(response.headers.get('content-type')).toContain('version=0.0.4')
  const families = parseExposition(await response.text())
  expect(figureOf(families, 'sexton_children_exited_total', { code: '3' })).toBe(1)
  process.kill(running.pid, 'SIGKILL')
  await running.ended
}

async function feedsOpenTelemetry(block: Block): Promise<void> {
  const before = `
    import { createRequire } from 'node:module'
    import { spawn } from 'sexton'
    const { MeterProvider, MetricReader } = createRequire(${JSON.stringify(import.meta.url)})(
      '@opentelemetry/sdk-metrics',
    )
    class Reader extends MetricReader {
      async onForceFlush() {}
      async onShutdown() {}
    }
    const reader = new Reader()
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))`
  const after = `
    await spawn('true').exited
    const { resourceMetrics } = await reader.collect()
    const found = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
    const name = 'sexton.children.started'
    console.log(found.find(({ descriptor }) => descriptor.name === name).dataPoints[0].value)`
  const text = `${block.text}${after}`
  // The project has sexton alone, and the API lies beside it.
  const api = import.meta.resolve('@opentelemetry/api')
  const module = `export * from ${JSON.stringify(api)}`
  const files = {
    'node_modules/@opentelemetry/api/package.json': '{ "type": "module", "exports": "./api.js" }',
    'node_modules/@opentelemetry/api/api.js': module,
  }
  expect(await succeed(run(program({ ...block, text }, before, files)))).toBe('1\n')
}

async function hearsOfChildren(block: Block): Promise<void> {
  const after = `
    const { runJob, spawn } = await import('sexton')
    await spawn('sh', ['-c', 'exit 3']).exited
    await runJob('true')`
  const stdout = await succeed(run(program({ ...block, text: `${block.text}${after}` })))
  expect(stdout).toMatch(/^\{ pid: \d+, durationMs: [\d.]+ \}$/m)
  expect(stdout).toMatch(/ExitStatus <exit code 3>/)
  expect(stdout).toMatch(/^\{ reason: 'exit' \}$/m)
}

async function alerts({ text }: Block): Promise<void> {
  if (lacks('promtool')) return
  const file = join(project({}), 'rules.yml')
  writeFileSync(file, text)
  const { code, stdout } = await run(['promtool', 'check', 'rules', file])
  expect([code, stdout]).toEqual([0, expect.stringContaining('SUCCESS: 3 rules found')])
}
