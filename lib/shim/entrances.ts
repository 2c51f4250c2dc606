import { join } from 'node:path'
import { AttachServer } from './attach-server.js'
import { Control } from './control.js'
import { NotifyRelay } from './notify-relay.js'
import type { Settings } from './settings.js'

/** The files by which clients, the manager and the container reach the shim. */
export interface Entrances {
  attach?: AttachServer
  control?: Control
  notify?: NotifyRelay
}

const SOCKET_FOLDER = '/var/run/crio'

/** Creates the files that conmon has. */
export function openEntrances(settings: Settings): Entrances {
  const { mode, bundle, cuuid = '', 'exec-attach': isAttached } = settings
  const host = settings['sdnotify-socket']
  const notify = host === undefined ? {} : { notify: new NotifyRelay(bundle, host) }
  if (mode === 'exec' && !isAttached) return notify
  const folder = settings['socket-dir-path'] ?? SOCKET_FOLDER
  const link = settings['full-attach'] ? undefined : join(folder, cuuid)
  const attach = new AttachServer(join(bundle, 'attach'), { link })
  return { ...notify, attach, control: new Control(bundle) }
}
