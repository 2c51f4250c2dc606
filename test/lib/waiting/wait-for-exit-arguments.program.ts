import { type Backend, waitForExit } from 'sexton'
import { readTaskChildren } from '../../../lib/system/proc.js'
import { patience } from '../../pace.mjs'

const BAD_PIDS = [0, -1, 1.5, process.pid, 4194305, '1', Number.NaN]

/** Fails if one of the bad pids is not refused. */
export async function waitForBadPids(alsoForGood: boolean) {
  const errors = BAD_PIDS.map((pid) => waitForExit(pid as number).catch(({ name }) => name))
  const names = await Promise.all(errors)
  if (alsoForGood) await waitForExit(4194304).catch(() => {})
  process.exitCode = names.every((name) => /^(Type|Range)Error$/.test(name)) ? 0 : 3
}

/** For a Node that has a child from its start. */
export async function waitBy(backend: Backend) {
  const [pid = 0] = readTaskChildren(process.pid, process.pid) ?? []
  process.kill(pid, 'SIGKILL')
  const status = await waitForExit(pid, { backend, timeout: patience(5000) })
  return status.toShellCode()
}
