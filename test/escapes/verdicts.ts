import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { skipWithoutRoot } from '../needs.js'
import type { Programs, Verdict } from './trial.program.js'

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The programs that the escapes and the bystanders are. */
export const programs: Programs = {
  escapes: pathOf('escapes.py'),
  bystander: pathOf('bystander.py'),
}

/** What no trial may leave. Skips the test if the system does not allow the escape. */
export function expectClean(verdict: Verdict, error?: string): void {
  if (verdict.said === 'refused') skipWithoutRoot()
  const clean = { said: 'ready', running: [], left: [], zombies: [], harmed: [], groups: [] }
  expect(verdict).toMatchObject(clean)
  expect(verdict.error).toBe(error)
  expect(verdict.descriptors).toBeLessThanOrEqual(0)
}
