import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { type Bytes, type Child, type SpawnOptions, type Stdio, spawn } from '../../../lib/index.js'
import { read } from '../output.js'

/** A folder that lasts as long as the tests of a file. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sexton-spawn-'))
  afterAll(() => rmSync(path, { recursive: true }))
  return path
}

/** Starts a shell. */
export const shell = (script: string, stdio?: Stdio | Stdio[]): Child =>
  spawn('sh', ['-c', script], stdio === undefined ? {} : { stdio })

/** What a child prints until its end, and its exit code. */
export async function printed(
  child: Child,
): Promise<[stdout: string, stderr: string, code: number | null]> {
  const streams = [read(child.stdout), read(child.stderr)] as const
  const [stdout, stderr, { code }] = await Promise.all([...streams, child.exited])
  return [stdout, stderr, code]
}

/** What a program prints. */
export async function output(
  file: Bytes,
  args: Bytes[] = [],
  options?: SpawnOptions,
): Promise<string> {
  return (await printed(spawn(file, args, options)))[0]
}

/** The error of a spawn that must fail. */
export const failure = (file: string, options: SpawnOptions = {}, args: string[] = []) =>
  spawn(file, args, options).exited.then(
    () => expect.unreachable('it must not start'),
    (error) => error,
  )
