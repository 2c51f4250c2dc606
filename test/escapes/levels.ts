import { execFileSync } from 'node:child_process'
import { cgroupFolder, refuses } from '../needs.js'
import type { Isolation } from './trials.js'

const UNSHARE = ['--fork', '--pid', '--mount-proc', 'true']

/** The levels beyond `'tree'` that this machine has. */
export const LEVELS: readonly Isolation[] = (['cgroup', 'pid-namespace'] as const).filter(
  (level) => !lacksLevel(level),
)

function lacksLevel(level: Isolation): boolean {
  if (level === 'cgroup') return cgroupFolder() === undefined
  return refuses('PID namespaces', () => execFileSync('unshare', UNSHARE, { stdio: 'ignore' }))
}
