import type { ExitStatus } from '../../exit/exit-status.js'
import type { Progress } from '../../keeper/tellings.js'
import { signalName, signalNumber } from '../../system/signal-names.js'
import { writeWhole } from '../exit-files.js'
import { cutText, type Manager } from '../manager-pipe.js'
import type { End, Failure, Reports } from '../reports.js'
import { universalTime } from './time.js'

/** shimmy's message, which is one JSON object and the end of the pipe, and its exit file. */
export class ShimmyReports implements Reports {
  readonly #exitFile: string
  readonly #sync: Manager
  #endedAt: string | undefined

  constructor(exitFile: string, sync: Manager) {
    this.#exitFile = exitFile
    this.#sync = sync
  }

  prepare(): void {}

  async begin(): Promise<void> {}

  tellPid(pid: number): void {
    this.#tell(`{"kind":"container_pid","pid":${pid}}`, 1)
  }

  tellFailure(failure: Failure): void {
    const status = JSON.stringify(describe(failure))
    const stderr = JSON.stringify(cutText(failure.text))
    this.#tell(`{"kind":"runtime_abnormal_termination","status":${status},"stderr":${stderr}}`, 3)
  }

  writeEnd({ status }: End): void {
    this.#endedAt ??= universalTime()
    writeWhole(this.#exitFile, `{"at": "${this.#endedAt}", ${reasonIn(status)}}`)
  }

  tellEnd(): void {}

  close(): void {
    this.#sync.close()
  }

  // The manager reads to the end.
  #tell(message: string, progress: Progress): void {
    this.#sync.write(message, progress)
    this.#sync.close()
  }
}

function reasonIn(status: ExitStatus | undefined): string {
  if (status === undefined || !status.known) return '"reason": "unknown"'
  const { code, signal } = status
  return signal === null
    ? `"reason": "exited", "exitCode": ${code}`
    : `"reason": "signaled", "signal": ${signalNumber(signal)}`
}

/** shimmy's words for why there is no container. */
function describe({ runtime, container, signal }: Failure): string {
  return [
    `Runtime ${runtime === undefined ? 'could not be started' : ending(runtime)}.`,
    ...(container === undefined ? [] : [`Container ${ending(container)}.`]),
    ...(signal === undefined ? [] : [`Beware: inflight ${signalName(signal)} detected.`]),
  ].join(' ')
}

function ending({ code, signal }: ExitStatus): string {
  return signal === null ? `Exited with code ${code}` : `Received signal ${signal}`
}
