import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from './settings.js'

/** Writes the exit code to where managers look for it: the exit folder and the persistent one. */
export function writeExitFiles(settings: Settings, code: number): void {
  const { cid, 'exit-dir': exitDir, 'persist-dir': persistDir } = settings
  if (exitDir !== undefined) writeWhole(join(exitDir, cid), String(code))
  if (persistDir !== undefined) writeWhole(join(persistDir, 'exit'), String(code))
}

/** Writes the empty files that say that the kernel killed a process for want of memory. */
export function writeOomFiles({ bundle, 'persist-dir': persistDir }: Settings): void {
  // podman up to 4 looks in the bundle, later versions in the persistent folder.
  for (const folder of [bundle, persistDir]) {
    if (folder !== undefined) writeWhole(join(folder, 'oom'), '')
  }
}

/** Writes a file whose readers see all of it or nothing. */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(draft, text, { mode: 0o644 })
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** Creates the folders of the exit files. */
export function makeExitFolders(settings: Settings): void {
  for (const folder of [settings['exit-dir'], settings['persist-dir']]) {
    if (folder !== undefined) mkdirSync(folder, { recursive: true })
  }
}
