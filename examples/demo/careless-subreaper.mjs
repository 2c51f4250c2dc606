// What plain Node is as PID 1, where there can be no other PID 1: orphans come to this process, and
// it does nothing about them.

import { subreaper } from 'sexton'

subreaper.enable()
await import('./orphan-maker.mjs')
