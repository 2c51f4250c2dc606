import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../../program.js'

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
}

/**
 * Compiles modules as a user of the built package does, in strict TypeScript.
 *
 * @param sources The text of each module, by its name.
 * @returns What the compiler finds, by the module's name; empty for a module without errors.
 */
export function typeCheck(sources: ReadonlyMap<string, string>): Map<string, string[]> {
  // In the package's folder, where its own name leads to dist/; the files are in memory alone.
  const names = [...sources.keys()]
  const paths = names.map((_, index) => join(root, `document-block-${index}.mts`))
  const texts = new Map(paths.map((path, index) => [path, sources.get(names[index] as string)]))
  const host = ts.createCompilerHost(OPTIONS)
  const { getSourceFile, fileExists, readFile } = host
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const text = texts.get(path)
    if (text === undefined) return getSourceFile(path, languageVersion, ...rest)
    return ts.createSourceFile(path, text, languageVersion)
  }
  host.fileExists = (path) => texts.has(path) || fileExists(path)
  host.readFile = (path) => texts.get(path) ?? readFile(path)
  const program = ts.createProgram(paths, OPTIONS, host)
  return new Map(names.map((name, index) => [name, errorsOf(program, paths[index] as string)]))
}

function errorsOf(program: ts.Program, path: string): string[] {
  return ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map((found) => {
    const { line } = ts.getLineAndCharacterOfPosition(
      found.file as ts.SourceFile,
      found.start as number,
    )
    return `line ${line + 1}: ${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`
  })
}
