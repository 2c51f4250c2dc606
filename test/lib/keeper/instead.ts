import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { keeperExecutable } from '../../../lib/keeper/executable.js'
import { type JobOptions, startJob as startJobBy } from './jobs.js'

// Another program in the keeper's place.

export const { path: keeperPath } = keeperExecutable()

/** For the files of the tests that import this. */
export const folder = mkdtempSync(join(tmpdir(), 'sexton-keeper-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let scripts = 0
let script = ''

/** Starts a job whose keeper is the script. */
export function startJob(
  command: readonly [string, ...string[]],
  options?: JobOptions,
): ReturnType<typeof startJobBy> {
  return startJobBy(command, { ...options, executable: { path: script } })
}

/** Makes the program that the next job starts. */
export function useScript(text: string): void {
  scripts += 1
  script = join(folder, `keeper-${scripts}`)
  writeFileSync(script, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}
