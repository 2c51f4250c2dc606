// Checks the names of tests: at most 70 characters. The subject is in `describe`, and the verb in `it`.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const LONGEST = 70
const FUNCTIONS = new Set(['describe', 'it', 'test'])

const root = fileURLToPath(new URL('..', import.meta.url))
const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join(root, 'test', name))

/** The function that a call calls in the end: `it` of `it.skipIf(…)(…)` and of `it.each(…)(…)`. */
function calledBy(node) {
  if (ts.isIdentifier(node)) return node.text
  return ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)
    ? calledBy(node.expression)
    : undefined
}

function* namesIn(node) {
  if (ts.isCallExpression(node) && FUNCTIONS.has(calledBy(node.expression))) {
    const [name] = node.arguments
    if (name !== undefined && ts.isStringLiteralLike(name)) yield name
  }
  const children = []
  ts.forEachChild(node, (child) => void children.push(child))
  for (const child of children) yield* namesIn(child)
}

const tooLong = files.flatMap((path) => {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest)
  return [...namesIn(source)]
    .filter((name) => name.text.length > LONGEST)
    .map((name) => {
      const { line } = source.getLineAndCharacterOfPosition(name.getStart(source))
      return `${relative(root, path)}:${line + 1}: ${name.text.length} characters: ${name.text}`
    })
})

for (const line of tooLong) console.error(line)
if (tooLong.length > 0) console.error(`names of tests: expected at most ${LONGEST} characters`)
process.exitCode = tooLong.length > 0 ? 1 : 0
