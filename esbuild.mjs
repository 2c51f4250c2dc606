// Bundles the library, and makes the two faces of each of its entries, which tsc has made the types of: one
// file of CommonJS, since a module by itself takes 80 KB of memory, and an ES module more than that.
//
// Bundles the programs: each is one file, as a program that loads fifty starts that much later, and a second
// one, which loads the first from V8's code cache and says what went wrong if that fails.
// The files are CommonJS, which Node loads without its loader for ES modules.
//
// With --source-maps they are for measuring coverage: each statement stays where it can be counted.

import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const FOLDER = 'dist/cli'
const sourcemap = process.argv.includes('--source-maps')

// What costs a program time at its start and can be had for less: it runs in the main thread, and to ask
// would load Node's streams; there are no children of Node's own to hear of or wait for; a CommonJS module has
// `require` and knows its folder; and the addon need not be searched for.
const SUBSTITUTES = {
  'node:worker_threads': 'export const isMainThread = true',
  'node:diagnostics_channel': `export const subscribe = () => {}
  export const channel = () => ({ hasSubscribers: false })`,
  'p-event': 'export const pEvent = () => {}',
  'node:module': `export const createRequire = () => (path) => {
    if (!path.endsWith('.node')) return require(path)
    process.dlopen(module, path)
    return module.exports
  }`,
  'package-root.js': `import { resolve } from 'node:path'
  export const packageRoot = resolve(__dirname, '../..') + '/'`,
}

const substitutes = {
  name: 'substitutes',
  setup({ onResolve, onLoad }) {
    onResolve(
      { filter: /^(p-event|node:(worker_threads|diagnostics_channel|module))$|package-root\.js$/ },
      ({ path }) => ({ path: path.split('/').at(-1), namespace: 'substitute' }),
    )
    onLoad({ filter: /.*/, namespace: 'substitute' }, ({ path }) => ({
      contents: SUBSTITUTES[path],
    }))
  },
}

const CORE = 'core.cjs'

/** `dist/core.cjs`, and what the package's entries export of it. */
async function bundleLibrary() {
  const common = { bundle: true, platform: 'node', target: 'node20.19', metafile: true }
  const core = await build({
    ...common,
    entryPoints: ['lib/core.ts'],
    outfile: `dist/${CORE}`,
    format: 'cjs',
    sourcemap,
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  })
  const code = keepClassNames(readFileSync(`dist/${CORE}`, 'utf8'))
  writeFileSync(`dist/${CORE}`, code + licenses(Object.keys(core.metafile.inputs)))
  const entries = { index: '', init: 'core.start()\n', metrics: 'core.count()\n' }
  const { metafile } = await build({
    ...common,
    entryPoints: Object.keys(entries).map((name) => `lib/${name}.ts`),
    outdir: 'dist',
    format: 'esm',
    write: false,
  })
  for (const [name, effect] of Object.entries(entries)) {
    const names = metafile.outputs[`dist/${name}.js`].exports
    writeFaces(name, names.join(', '), effect)
  }
}

/**
 * esbuild calls a class that mentions itself `_Name` within, and so does what Node shows of its instances.
 * (Its own `keepNames` defines the name of every function, each time one is made.)
 */
function keepClassNames(code) {
  const names = [...code.matchAll(/^var (\w+) = class _\1\b/gm)].map(([, name]) => name)
  if (names.length === 0) return code
  const renamed = new RegExp(`\\b_(${names.join('|')})\\b`, 'g')
  return code.replace(renamed, ' $1') // as long as before, for source maps
}

/** The licenses of the packages that these files are of, as comments. */
function licenses(files) {
  const folders = files.map((file) => /^node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0])
  return [...new Set(folders.filter((folder) => folder !== undefined))]
    .map((folder) => `\n/*! ${folder}:\n\n${readFileSync(`${folder}/license`, 'utf8')}*/\n`)
    .join('')
}

function writeFaces(name, names, effect) {
  writeFileSync(
    `dist/${name}.js`,
    `import { createRequire } from 'node:module'

const core = createRequire(import.meta.url)('./${CORE}')
${effect}export const { ${names} } = core
`,
  )
  writeFileSync(
    `dist/${name}.cjs`,
    `'use strict'

const core = require('./${CORE}')
${effect}const { ${names} } = core
module.exports = { ${names} }
`,
  )
}

async function bundle(source, name, { banner = '', footer = '', define = {} }) {
  const outfile = `${FOLDER}/${name}`
  await build({
    entryPoints: [`lib/cli/${source}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minify: !sourcemap,
    sourcemap,
    plugins: [substitutes],
    banner: { js: `${banner}"use strict";` },
    footer: { js: footer },
    define: { 'import.meta.url': '""', ...define }, // only what is substituted asks for that
  })
  return outfile
}

await bundleLibrary()
rmSync(FOLDER, { recursive: true, force: true }) // caches of earlier builds, too
mkdirSync(FOLDER, { recursive: true })
writeFileSync(`${FOLDER}/package.json`, '{ "type": "commonjs" }\n')

// The shells' parts of the programs come first: see there.
const shell = readFileSync('lib/cli/prologue.sh', 'utf8')
// It keeps every variable of Node's from pid1, but a coverage run counts what pid1 runs.
const prologue = sourcemap ? shell.replace('NODE_*', 'NODE_[!V]*') : shell

const shimPrologue = readFileSync('lib/cli/shim-prologue.sh', 'utf8')

for (const [name, { source = name, shellPart, failure }] of Object.entries({
  pid1: { shellPart: prologue, failure: 126 },
  sexton: { shellPart: '#!/usr/bin/env node\n', failure: 1 },
  'sexton-shim': { source: 'shim', shellPart: shimPrologue, failure: 1 },
})) {
  // A function, as the loader calls it. To make it one there would take as much memory again as the text.
  const banner = '(function(require,module,__dirname){'
  const program = await bundle(source, `${name}-program.js`, { banner, footer: '})' })
  const digest = createHash('sha256').update(readFileSync(program)).digest('hex').slice(0, 8)
  const define = {
    SEXTON_PROGRAM: `"${name}"`,
    SEXTON_DIGEST: `"${digest}"`,
    SEXTON_FAILURE: `${failure}`,
  }
  const loader = await bundle('load', `${name}.js`, { banner: shellPart, define })
  chmodSync(loader, 0o755)
}
