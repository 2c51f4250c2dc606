// Writes the reference of the API as pages of the site, from its docstrings.

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)
const plugin = require.resolve('typedoc-plugin-markdown')
// That of the plug-in: two of them in one process do not know each other.
const typedoc = fileURLToPath(new URL('node_modules/typedoc/bin/typedoc', import.meta.url))
const options = [
  ...['--plugin', plugin, '--out', 'docs/site/.pages/reference', '--outputFileStrategy', 'modules'],
  ...[
    '--entryFileName',
    'index',
    '--hideBreadcrumbs',
    '--hidePageHeader',
    '--readme',
    'none',
    '--useHTMLAnchors',
  ],
  ...['--sanitizeComments', '--logLevel', 'Warn'],
]
const { status } = spawnSync(process.execPath, [typedoc, ...options], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
