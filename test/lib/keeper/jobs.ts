import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { KeeperEvent } from '../../../lib/keeper/events.js'
import type { Executable } from '../../../lib/keeper/executable.js'
import type { JobGroups } from '../../../lib/keeper/groups.js'
import { Keeper } from '../../../lib/keeper/keeper.js'
import type { KeeperSettings } from '../../../lib/keeper/settings.js'
import { encodeEnvironment } from '../../../lib/spawn/environment.js'
import { encodeArguments, encodeFiles } from '../../../lib/spawn/strings.js'
import { patience } from '../../pace.mjs'

/** The program of test/escapes/escapes.py. */
export const escapes = fileURLToPath(new URL('../../escapes/escapes.py', import.meta.url))

export interface JobOptions extends Partial<KeeperSettings> {
  /** The descriptors of the command, default `/dev/null`. */
  fds?: readonly number[]
  processGroup?: number
  cgroup?: string
  groups?: JobGroups
  /** The keeper's program, default the package's. */
  executable?: Executable
}

/** Starts a command by a keeper, and collects its events. */
export function startJob(
  command: readonly [string, ...string[]],
  { fds = [-1, -1, -1], processGroup, cgroup, groups, executable, ...settings }: JobOptions = {},
): { keeper: Keeper; events: KeeperEvent[] } {
  const [file, ...args] = command
  const env = encodeEnvironment(undefined, false, [])
  const strings = {
    env,
    naming: false,
    files: encodeFiles(file, env),
    argv: encodeArguments(file, args),
    cwd: undefined,
  }
  const events: KeeperEvent[] = []
  const keeper = Keeper.start(
    {
      strings,
      options: { rlimits: new Float64Array(), processGroup },
      fds: Int32Array.from(fds),
      cgroup,
      groups,
      ...(executable && { executable }),
    },
    {
      leftovers: 'end',
      killSignal: constants.signals.SIGTERM,
      grace: patience(300), // a busy machine lets nobody die at once
      timeout: Number.POSITIVE_INFINITY,
      ...settings,
    },
    { onEvent: (event) => events.push(event), pathOf: () => ({ path: file }) },
  )
  return { keeper, events }
}

/** Groups of a job whose files no controller has made, so no process can join them. */
export function groupsWithoutFiles(): JobGroups {
  const parent = mkdtempSync(join(tmpdir(), 'sexton-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  mkdirSync(join(parent, 'sexton-17-4'))
  return { parents: [parent], joined: 1, owner: 17, number: 4, cgroup: undefined }
}
