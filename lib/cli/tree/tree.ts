import { setTimeout as delay } from 'node:timers/promises'
import { attempt, SextonError } from '../../base/errors.js'
import { isThread, readStat } from '../../system/proc.js'
import { unlessHidden } from '../../system/proc-access.js'
import { complain, print } from '../output.js'
import { version } from '../version.js'
import { parseArguments, type TreeRequest } from './arguments.js'
import { guiltyZombies, lingering, type Suspect } from './guilty.js'
import { toJson } from './json.js'
import { onQuit } from './keyboard.js'
import { render } from './render.js'
import { readSnapshot, type Snapshot, type TreeProcess } from './snapshot.js'
import { canRedraw, lookOf, overdraw } from './terminal.js'

const USAGE = `Usage: sexton tree [options] [PID]

Draws the tree of processes below PID (default: 1).
Shows state, age, share of one processor and resident memory of each process.
Marks zombies and orphans, and names the living processes that keep zombies.

  --watch [SECONDS]       draw again every SECONDS (default 2) until q or Ctrl-C
  -w                      draw again every 2 seconds until q or Ctrl-C
  -n, --interval SECONDS  draw again every SECONDS until q or Ctrl-C
  --json                  print one line of JSON, or one for each drawing
  --color [WHEN]          colours: auto (default), always or never
  -h, --help              show this help
  -V, --version           show the version

A number after --watch is its SECONDS, so the PID comes first.
FORCE_COLOR and NO_COLOR decide about colours where --color does not.

Exit codes: 0 success, 1 no such process, 2 usage error.

Examples:
  sexton tree
  sexton tree -n 1 45
  sexton tree --json | jq '.guilty'
`

/** Runs `sexton tree`, and resolves to the exit code. */
export async function tree(words: readonly string[]): Promise<number> {
  const request = parseArguments(words)
  if (request.kind !== 'tree') {
    await print(request.kind === 'help' ? USAGE : `sexton ${version()}\n`)
    return 0
  }
  if (request.interval === undefined) await drawOnce(request)
  else await watch(request, request.interval)
  return 0
}

async function drawOnce(request: TreeRequest): Promise<void> {
  await show(readFirst(request.pid), request, undefined)
}

async function watch(request: TreeRequest, interval: number): Promise<void> {
  const interrupt = new AbortController()
  const { signal } = interrupt
  process.once('SIGINT', () => interrupt.abort())
  const stopReading = canRedraw(process.stdout, process.env)
    ? onQuit(() => interrupt.abort())
    : () => {}
  try {
    let snapshot: Snapshot | undefined = readFirst(request.pid)
    for (let isFirst = true; snapshot !== undefined; isFirst = false) {
      const due = delay(interval * 1000, undefined, { signal })
      due.catch(() => {}) // it may reject before it is awaited below
      if (!(await show(snapshot, request, { isFirst, signal }))) return interrupt.abort()
      await due
      snapshot = readSnapshot(request.pid, snapshot)
    }
    complain(`sexton: tree: process ${request.pid} has exited`)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    stopReading()
  }
}

interface Redraw {
  isFirst: boolean
  signal: AbortSignal
}

/** Shows one snapshot. Resolves to false if the reader has closed the pipe. */
async function show(
  { processes }: Snapshot,
  request: TreeRequest,
  redraw: Redraw | undefined,
): Promise<boolean> {
  const at = new Date()
  const guilty = guiltyZombies(await lingering(suspects(processes), redraw?.signal))
  if (request.json) return print(`${toJson(processes, guilty, at)}\n`)
  const { stdout, env } = process
  const over = redraw !== undefined && canRedraw(stdout, env)
  const lines = render(processes, guilty, lookOf(stdout, env, over, request.colours))
  if (over) return print(overdraw(lines, redraw.isFirst))
  const gap = redraw === undefined || redraw.isFirst ? '' : '\n'
  return print(`${gap}${lines.join('\n')}\n`)
}

/** Returns the processes of the tree. If the root is a zombie, its parent is added, which may keep it. */
function suspects(processes: readonly TreeProcess[]): Suspect[] {
  const [root] = processes
  const parent = root?.zombie ? unlessHidden(() => readStat(root.ppid)) : undefined
  return parent === undefined ? [...processes] : [parent, ...processes]
}

function readFirst(pid: number): Snapshot {
  const snapshot = attempt(() => (isThread(pid) ? 'thread' : readSnapshot(pid)))
  if (snapshot instanceof SextonError) {
    throw new SextonError(snapshot.code, `tree: ${snapshot.message}`, { cause: snapshot })
  }
  if (typeof snapshot === 'object') return snapshot
  const why = snapshot === 'thread' ? `${pid} is a thread, not a process` : `no process ${pid}`
  throw new SextonError('ERR_NO_SUCH_PROCESS', `tree: ${why}`, { pid })
}
