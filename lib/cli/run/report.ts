import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { invalid } from '../../base/errors.js'
import type { ResourceUsage } from '../../exit/exit-status.js'
import type { JobSurvivor } from '../../job/job-events.js'
import { usageError } from '../command-line.js'
import { safeJson } from '../safe-json.js'

/** A process that was kept. */
export interface Kept {
  pid: number
  ppid: number
  name: string
}

/** The document of `--report`. docs/jobs.md describes its fields. */
export interface ReportDocument {
  command: readonly string[]
  /** The exit code of `sexton run`. */
  exitCode: number
  /** The exit code of the command; `null` if a signal ended it, or if it was not started. */
  code: number | null
  signal: string | null
  endedBy: string | null
  error: string | null
  durationMs: number
  usage: ResourceUsage | null
  survivors: readonly JobSurvivor[]
  kept: readonly Kept[]
  limitsHit: readonly string[]
}

/** The file of a report. */
export class ReportFile {
  readonly #path: string

  /**
   * Checks that the report can be written. An error now is better than one after the command has run.
   *
   * @throws {UsageError} if the path is not that of a regular file.
   * @throws {Error} of `node:fs` if the folder is missing, or may not be written to.
   */
  constructor(path: string) {
    if (existsSync(path) && !statSync(path).isFile()) {
      const problem = invalid('path', path, 'a regular file, for example report.json')
      throw usageError('run', `--report: ${problem}`)
    }
    // The file takes the place of another one, and not that of a link to it.
    this.#path = existsSync(path) ? realpathSync(path) : path
    accessSync(dirname(this.#path), constants.W_OK)
  }

  /** Writes the whole document under another name, and then renames it: no reader sees half a report. */
  write(document: ReportDocument): void {
    const draft = `${this.#path}.${process.pid}`
    const fd = openSync(draft, 'wx')
    try {
      writeFileSync(fd, `${safeJson(document)}\n`)
      fsyncSync(fd)
      renameSync(draft, this.#path)
    } catch (error) {
      unlinkSync(draft)
      throw error
    } finally {
      closeSync(fd)
    }
  }
}
