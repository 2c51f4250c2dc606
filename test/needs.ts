import { accessSync, appendFileSync, constants } from 'node:fs'
import { join } from 'node:path'
import { expect, TestRunner } from 'vitest'

/** Debian's package for each program that some tests run, and that a bare machine lacks. */
const PACKAGES = {
  bash: 'bash',
  busybox: 'busybox-static',
  catatonit: 'catatonit',
  chromium: 'chromium',
  conmon: 'conmon',
  dash: 'dash',
  'dumb-init': 'dumb-init',
  git: 'git',
  ksh: 'ksh',
  mksh: 'mksh',
  podman: 'podman',
  ps: 'procps',
  'qemu-aarch64-static': 'qemu-user-static',
  runc: 'runc',
  strace: 'strace',
  tini: 'tini',
  yash: 'yash',
  zsh: 'zsh',
} as const

export type Program = keyof typeof PACKAGES

/**
 * Whether one of these programs is missing, for `describe.skipIf()` and `it.skipIf()`. The runner lists what is
 * missing at its end.
 *
 * @throws {Error} with `CI=true`, where a test that does not run counts as one that failed.
 */
export function lacks(...programs: readonly Program[]): boolean {
  const missing = programs.filter((program) => !isInstalled(program))
  for (const program of missing) report(program)
  return missing.length > 0
}

/**
 * Whether this user may not make namespaces, or be another user, for `describe.skipIf()` and `it.skipIf()`.
 *
 * @throws {Error} with `CI=true`.
 */
export function lacksRoot(): boolean {
  if (process.getuid?.() === 0) return false
  tell('root')
  return true
}

const PRIVILEGED = ['unshare', 'setpriv']

/** Skips the test that runs if it is about to start a command that this user may not. */
export function skipWithoutRoot([file = '']: readonly string[]): void {
  if (PRIVILEGED.includes(file) && lacksRoot())
    TestRunner.getCurrentTest()?.context.skip('it needs root')
}

function report(program: Program): void {
  tell(`${program}: apt-get install ${PACKAGES[program]}`)
}

function tell(advice: string): void {
  if (process.env.CI === 'true') throw new Error(`the tests need ${advice}`)
  const file = expect.getState().testPath ?? ''
  const path = process.env.SEXTON_TEST_LACKS
  if (path !== undefined)
    appendFileSync(path, `${file.replace(/^.*\/test\//, 'test/')} needs ${advice}\n`)
}

function isInstalled(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(':')
  return folders.some((folder) => isExecutable(join(folder, program)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
