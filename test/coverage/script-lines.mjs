// What V8 has counted in any number of processes, as hits by line of lib/.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mergeProcessCovs } from '@bcoe/v8-coverage'
import { parse } from 'acorn'
import { convert } from 'ast-v8-to-istanbul'

/**
 * Hits by line, for each file of lib/. The lines that count are those on which a statement starts in
 * `modules/`, where there is each file; `dist/` and the bundles only add hits to them.
 */
export async function scriptLines(folder, counts) {
  const covered = new Map(readCounts(folder, counts).map((script) => [script.url, script]))
  const compiled = listScripts(folder)
  const files = new Map()
  for (const name of compiled.modules) {
    for (const [file, lines] of await linesOf(folder, name, covered)) files.set(file, lines)
  }
  for (const name of [...compiled.dist, ...compiled.bundles]) {
    for (const [file, lines] of await linesOf(folder, name, covered)) {
      const known = files.get(file)
      for (const [line, hits] of lines) {
        if (known?.has(line)) known.set(line, known.get(line) + hits)
      }
    }
  }
  return files
}

function listScripts(folder) {
  const scripts = (name) =>
    readdirSync(join(folder, name), { recursive: true })
      .filter((file) => /\.c?js$/.test(file))
      .map((file) => `${name}/${file}`)
  const isBundle = (name) => name.startsWith('dist/cli/') || name === 'dist/core.cjs'
  // They only hand on what the bundle exports.
  const isFace = (name) => /^dist\/(index|init)\.c?js$/.test(name)
  const dist = scripts('dist')
  return {
    modules: scripts('modules'),
    dist: dist.filter((name) => !isBundle(name) && !isFace(name)),
    bundles: dist.filter(isBundle),
  }
}

// One file a process, of which most is Node's own.
function readCounts(folder, counts) {
  const ours = ['modules', 'dist'].map((name) => `${pathToFileURL(join(folder, name))}/`)
  let merged = { result: [] }
  for (const name of readdirSync(counts)) {
    const result = readProcess(join(counts, name))
      .filter(({ url }) => ours.some((prefix) => url.startsWith(prefix)))
      .map((script) => ({ ...script, functions: script.functions.filter(isExact) }))
    merged = mergeProcessCovs([merged, { result }])
  }
  return merged.result
}

// A process that is killed while it writes leaves a part.
function readProcess(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).result
  } catch {
    return []
  }
}

// Of a function compiled before counting began, V8 knows only that it ran, not how much of it.
function isExact({ isBlockCoverage, ranges }) {
  return isBlockCoverage || ranges[0].count === 0
}

async function linesOf(folder, name, covered) {
  const path = join(folder, name)
  const url = pathToFileURL(path).href
  const code = readFileSync(path, 'utf8')
  const sourceType = /\.cjs$|^dist\/cli\//.test(name) ? 'commonjs' : 'module'
  const options = { ecmaVersion: 'latest', sourceType, locations: true, allowHashBang: true }
  const data = await convert({
    code,
    ast: parse(code, options),
    sourceMap: JSON.parse(readFileSync(`${path}.map`, 'utf8')),
    coverage: covered.get(url) ?? { url, scriptId: '0', functions: nothingRan(code) },
  })
  return Object.entries(data)
    .map(([file, counted]) => [relative(folder, resolve(dirname(path), file)), hitsByLine(counted)])
    .filter(([file]) => file.startsWith('lib/'))
}

function nothingRan({ length }) {
  const ranges = [{ startOffset: 0, endOffset: length, count: 0 }]
  return [{ functionName: '', isBlockCoverage: true, ranges }]
}

function hitsByLine({ statementMap, s }) {
  const lines = new Map()
  for (const [id, { start }] of Object.entries(statementMap)) {
    lines.set(start.line, Math.max(lines.get(start.line) ?? 0, s[id]))
  }
  return lines
}
