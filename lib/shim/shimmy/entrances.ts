import { type AttachForm, AttachServer } from '../attach-server.js'
import type { Entrances } from '../entrances.js'
import type { ShimmySettings } from './settings.js'

// A stream has no messages: a client that reads less than it could may find the mark anywhere. So a piece is as large as
// what clients read at once.
const FORM: AttachForm = { type: 'stream', marks: { stdout: 1, stderr: 2 }, largest: 32_767 }

/** Creates the socket that shimmy has. */
export function openShimmyEntrances({ attachFile }: ShimmySettings): Entrances {
  return { attach: new AttachServer(attachFile, { form: FORM }) }
}
