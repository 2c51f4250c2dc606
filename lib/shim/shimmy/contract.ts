import type { Contract } from '../contract.js'
import { LogFile } from '../log-file.js'
import type { Manager } from '../manager-pipe.js'
import { OwnLog } from '../own-log.js'
import { Refusal } from '../refusal.js'
import { shimmySyslog } from '../system-log.js'
import { openShimmyEntrances } from './entrances.js'
import { LineFormat } from './line-format.js'
import { ShimmyReports } from './reports.js'
import type { ShimmySettings } from './settings.js'

const { POSITIVE_INFINITY } = Number
const UNLIMITED = { size: POSITIVE_INFINITY, total: POSITIVE_INFINITY, backups: 0 }

/** @throws {Refusal} if the log cannot be opened. */
export function openShimmyLog({ logFile }: ShimmySettings): LogFile {
  try {
    return new LogFile(logFile, UNLIMITED, new LineFormat())
  } catch (error) {
    throw new Refusal(`Failed to open log file: ${(error as Error).message}`)
  }
}

/** shimmy's contract. A log that was opened already is taken. */
export function shimmyContract(
  settings: ShimmySettings,
  sync: Manager,
  opened?: LogFile,
): Contract {
  return {
    openLog: () => opened ?? openShimmyLog(settings),
    ownLog: new OwnLog(settings.level, [shimmySyslog()]),
    reports: new ShimmyReports(settings.exitFile, sync),
    openEntrances: () => openShimmyEntrances(settings),
  }
}
