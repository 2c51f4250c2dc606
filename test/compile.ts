import { expect } from 'vitest'
import { run } from './program.js'

/** Compiles a C program (or, with `-shared`, a library) that a test needs. */
export async function compile(source: string, output: string, ...flags: string[]): Promise<void> {
  const command = ['cc', '-O2', '-Wall', '-Werror', ...flags, '-o', output, source]
  expect(await run(command)).toMatchObject({ code: 0, stderr: '' })
}
