import { spawnSync } from 'node:child_process'
import { expect } from 'vitest'

/** Expects that `promtool check metrics` finds nothing to say about this text. */
export function expectPromtoolToAccept(text: string): void {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
}
