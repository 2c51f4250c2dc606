import { ConmonReports, type ManagerPipes } from './conmon-reports.js'
import type { Contract } from './contract.js'
import { openEntrances } from './entrances.js'
import { Log } from './log.js'
import type { Values } from './options.js'
import { OwnLog } from './own-log.js'
import { conmonLevel, type Settings } from './settings.js'
import { conmonStderr, conmonSyslog } from './system-log.js'

/** conmon's contract. A log that was opened already is taken. */
export function conmonContract(settings: Settings, pipes: ManagerPipes, opened?: Log): Contract {
  return {
    openLog: () => opened ?? new Log(settings),
    ownLog: conmonOwnLog(settings),
    reports: new ConmonReports(settings, pipes),
    openEntrances: () => openEntrances(settings),
  }
}

/** Where conmon says something of itself: on its standard error, if that is still the manager's, and in syslog. */
export function conmonOwnLog({ cid = '', sync, syslog, 'log-level': level }: Values): OwnLog {
  const writers = [...(sync ? [conmonStderr()] : []), ...(syslog ? [conmonSyslog(cid)] : [])]
  return new OwnLog(conmonLevel(level) ?? 'warn', writers)
}
