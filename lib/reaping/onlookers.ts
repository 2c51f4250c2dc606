// Who looks at a dead child just before it is reaped, while its status and its entry in /proc can still
// be seen by anyone.

const byPid = new Map<number, Set<() => void>>()
const ofAny = new Set<(pid: number) => void>()

/**
 * Calls `look` just before a child with this pid is reaped: who waits for it through a descriptor would
 * otherwise come too late.
 */
export function beforeReaping(pid: number, look: () => void): () => void {
  const looks = byPid.get(pid) ?? new Set()
  byPid.set(pid, looks.add(look))
  return () => {
    if (looks.delete(look) && looks.size === 0) byPid.delete(pid)
  }
}

/** Calls `look` just before any child is reaped here. From then on they are reaped one by one. */
export function beforeReapingAny(look: (pid: number) => void): void {
  ofAny.add(look)
}

/** Whether anyone looks at all. */
export function anyOnlookers(): boolean {
  return byPid.size > 0 || ofAny.size > 0
}

/** For the reaper: it is about to take the status of this child. */
export function lookFirst(pid: number): void {
  for (const look of byPid.get(pid) ?? []) look()
  for (const look of ofAny) look(pid)
}
