import { spawnSync } from 'node:child_process'
import { accessSync, appendFileSync, constants, readFileSync } from 'node:fs'
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
  fish: 'fish',
  git: 'git',
  ksh: 'ksh',
  mksh: 'mksh',
  podman: 'podman',
  ps: 'procps',
  promtool: 'prometheus',
  'qemu-aarch64-static': 'qemu-user-static',
  'qemu-system-aarch64': 'qemu-system-arm',
  'qemu-system-x86_64': 'qemu-system-x86',
  'redis-server': 'redis-server',
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
 * Whether this user may not become another one, for `describe.skipIf()` and `it.skipIf()`.
 *
 * @throws {Error} with `CI=true`.
 */
export function lacksRoot(): boolean {
  if (process.getuid?.() === 0) return false
  tell('root')
  return true
}

/** Skips the test that runs if this user may not become another one. */
export function skipWithoutRoot(): void {
  if (lacksRoot()) TestRunner.getCurrentTest()?.context.skip('it needs root')
}

/**
 * Whether packages of the npm registry cannot be installed, for `describe.skipIf()`.
 *
 * @param install Throws where it fails.
 * @throws {Error} with `CI=true`.
 */
export function lacksPackages(packages: string, install: () => void): boolean {
  try {
    install()
    return false
  } catch (error) {
    tell(`packages (${packages}): ${(error as Error).message}`)
    return true
  }
}

/**
 * Whether this machine refuses to do something, for `describe.skipIf()`.
 *
 * @param act Throws where it is refused.
 * @param isRare Whether many machines refuse it, so that it is no failure with `CI=true`.
 * @throws {Error} with `CI=true`, unless it is rare.
 */
export function refuses(what: string, act: () => void, isRare = false): boolean {
  try {
    act()
    return false
  } catch (error) {
    const advice = `${what}: ${(error as Error).message}`
    if (isRare) note(advice)
    else tell(advice)
    return true
  }
}

/**
 * A folder of control groups, version 2, in which this user may make one; undefined if there is none.
 *
 * @throws {Error} with `CI=true` if there is none.
 */
export function cgroupFolder(): string | undefined {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  const folder = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(mounts)?.[1]
  if (folder !== undefined && may(constants.W_OK, folder)) return folder
  tell('a cgroup2 file system, mounted, and root')
  return undefined
}

// They succeed or fail by their options alone, whatever command follows.
const PRIVILEGED = ['unshare', 'setpriv']
const VALUED = /^--(reuid|regid|inh-caps|ambient-caps)$/
const refusals = new Map<string, boolean>()

/**
 * Skips the test that runs if a part of the command that it is about to start is refused here: to other users than
 * root, and to root in many containers and chroots.
 */
export function skipIfRefused(command: readonly string[]): void {
  for (const [i, word] of command.entries()) {
    if (!PRIVILEGED.includes(word)) continue
    const prefix = [word, ...optionsOf(command.slice(i + 1))].join(' ')
    if (!isRefused(prefix)) continue
    tell(`the right to run: ${prefix}`)
    TestRunner.getCurrentTest()?.context.skip(`it needs the right to run: ${prefix}`)
  }
}

function optionsOf(words: readonly string[]): readonly string[] {
  const end = words.findIndex(
    (word, i) => !word.startsWith('--') && !VALUED.test(words[i - 1] ?? ''),
  )
  return words.slice(0, end)
}

function isRefused(prefix: string): boolean {
  const known = refusals.get(prefix)
  if (known !== undefined) return known
  const refused = spawnSync('sh', ['-c', `${prefix} true`], { stdio: 'ignore' }).status !== 0
  refusals.set(prefix, refused)
  return refused
}

function report(program: Program): void {
  tell(`${program}: apt-get install ${PACKAGES[program]}`)
}

function tell(advice: string): void {
  if (process.env.CI === 'true') throw new Error(`the tests need ${advice}`)
  note(advice)
}

function note(advice: string): void {
  const file = expect.getState().testPath ?? ''
  const path = process.env.SEXTON_TEST_LACKS
  if (path !== undefined)
    appendFileSync(path, `${file.replace(/^.*\/test\//, 'test/')} needs ${advice}\n`)
}

function isInstalled(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(':')
  return folders.some((folder) => may(constants.X_OK, join(folder, program)))
}

function may(mode: number, path: string): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
