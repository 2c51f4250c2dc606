// Bundles the programs: each is one file, as a program that loads fifty starts that much later.
// The files are CommonJS, which Node loads without its loader for ES modules.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const FOLDER = 'dist/cli'

// The shell's part comes first: see there.
const PROGRAMS = {
  pid1: readFileSync('lib/cli/prologue.sh', 'utf8'),
  sexton: '#!/usr/bin/env node\n',
}

// A program runs in the main thread. To ask costs a tenth of the start: Node then loads its streams.
const mainThread = {
  name: 'main-thread',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:worker_threads$/ }, () => ({
      path: 'main-thread',
      namespace: 'stub',
    }))
    onLoad({ filter: /.*/, namespace: 'stub' }, () => ({
      contents: 'export const isMainThread = true',
    }))
  },
}

mkdirSync(FOLDER, { recursive: true })
writeFileSync(`${FOLDER}/package.json`, '{ "type": "commonjs" }\n')
for (const [name, banner] of Object.entries(PROGRAMS)) {
  const outfile = `${FOLDER}/${name}.js`
  await build({
    entryPoints: [`lib/cli/${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minify: true,
    external: ['p-event'],
    plugins: [mainThread],
    banner: { js: `${banner}"use strict";` },
    // The package's root is found from where a module of the library would lie.
    define: { 'import.meta.url': 'SEXTON_URL' },
    inject: ['lib/cli/url.ts'],
  })
  chmodSync(outfile, 0o755)
}
