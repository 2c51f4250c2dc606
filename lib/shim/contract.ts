import type { Entrances } from './entrances.js'
import type { LogSink } from './log-sink.js'
import type { OwnLog } from './own-log.js'
import type { Reports } from './reports.js'

/** The parts in which the contracts of conmon and of shimmy differ. */
export interface Contract {
  /** Opens what takes the container's output. */
  openLog: () => LogSink
  /** Takes what the shim says of itself. */
  ownLog: OwnLog
  /** Tells the manager. */
  reports: Reports
  /** Creates the files by which others reach the shim. */
  openEntrances: () => Entrances
}
