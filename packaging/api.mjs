// Compares what the package's entries export with the reports in etc/, or with --local writes them anew.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const CONFIGS = ['api-extractor.json', 'api-extractor.init.json', 'api-extractor.metrics.json']

for (const config of CONFIGS) {
  const words = ['run', '--config', config, '--print-api-report-diff', ...process.argv.slice(2)]
  const { status } = spawnSync('api-extractor', words, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
