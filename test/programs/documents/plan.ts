import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { type Outcome, root } from '../../program.js'
import type { Block } from './blocks.js'

/** What a test knows of a block that the document does not say. */
export type Plan =
  | {
      /** What the block leaves to its reader, as types. */
      given?: string
      /** Runs the block, and checks what the document promises of it. */
      runs: (block: Block) => Promise<void>
    }
  | {
      /** Why the block is not run as it is. */
      isNotRun: string
    }

/** A project that has sexton installed, and these files. */
export function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-document-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'sexton'))
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** Runs a command in a folder. */
export const inside = (folder: string, ...command: string[]) => [
  'env',
  '--chdir',
  folder,
  ...command,
]

/** The command that runs a block as a program, with lines in front for what it leaves to its reader. */
export function program(
  { text }: Block,
  before = '',
  files: Readonly<Record<string, string>> = {},
): string[] {
  const folder = project({ 'main.js': `${before}\n${text}`, ...files })
  return inside(folder, process.execPath, 'main.js')
}

/** Expects success without a word on standard error. Returns the standard output. */
export async function succeed(outcome: Promise<Outcome>): Promise<string> {
  const { code, signal, stdout, stderr } = await outcome
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
  return stdout
}
