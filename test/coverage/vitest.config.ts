import { dirname, join, resolve } from 'node:path'
import { defineConfig, mergeConfig } from 'vitest/config'
import plain from '../../vitest.config.js'
import { patience } from '../pace.mjs'

const root = resolve(import.meta.dirname, '../..')

// Tests get lib/ as it was compiled, with Node itself to load it: V8 then counts it by its file, as it
// does in the programs that they start.
const compiled = {
  name: 'compiled',
  enforce: 'pre' as const,
  resolveId(source: string, importer?: string) {
    if (importer === undefined || !source.startsWith('.')) return undefined
    const path = resolve(dirname(importer), source)
    if (!path.startsWith(join(root, 'lib/'))) return undefined
    return { id: path.replace(join(root, 'lib/'), join(root, 'modules/')), external: true }
  },
}

export default mergeConfig(
  plain,
  defineConfig({
    root,
    plugins: [compiled],
    test: {
      setupFiles: ['test/coverage/setup.ts'],
      server: { deps: { external: [/\/modules\//] } },
      // Counting takes its time.
      testTimeout: patience(120_000),
    },
  }),
)
