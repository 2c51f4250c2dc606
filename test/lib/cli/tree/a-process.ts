import type { TreeProcess } from '../../../../lib/cli/tree/snapshot.js'

/** A process to be drawn or judged, of which a test says only what matters to it. */
export function aProcess(pid: number, ppid: number, rest: Partial<TreeProcess> = {}): TreeProcess {
  return {
    pid,
    ppid,
    name: 'cat',
    command: ['cat'],
    state: 'S',
    processGroup: 1,
    session: 1,
    terminal: 0,
    threads: 1,
    startTime: 100 * pid,
    userTime: 0,
    systemTime: 0,
    rss: 0,
    exitCode: 0,
    age: 1,
    cpu: 0,
    memory: 0,
    zombie: rest.state === 'Z',
    orphan: false,
    ...rest,
  }
}
