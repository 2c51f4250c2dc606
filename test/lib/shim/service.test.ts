import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Contract } from '../../../lib/shim/contract.js'
import type { Holder } from '../../../lib/shim/holder.js'
import { LogFile } from '../../../lib/shim/log-file.js'
import { Service } from '../../../lib/shim/service.js'
import type { Settings } from '../../../lib/shim/settings.js'
import { LineFormat } from '../../../lib/shim/shimmy/line-format.js'
import { closeDescriptor, makePipe } from '../../../lib/system/descriptors.js'
import { temporaryFolder } from '../system/folder.js'

it('A service that has drained the output has all of it in the log', async () => {
  const path = join(temporaryFolder(), 'ctr.log')
  const limits = { size: Infinity, total: Infinity, backups: 0 }
  const { read, write } = makePipe('read')
  onTestFinished(() => [read, write].forEach(closeDescriptor))
  const holder = { streams: { stdout: read } } as Partial<Holder> as Holder
  const contract = { openLog: () => new LogFile(path, limits, new LineFormat()) }
  const service = new Service({} as Settings, holder, contract as Partial<Contract> as Contract)
  service.listen()
  writeSync(write, 'whole\nnot ended')
  await service.drain()
  expect(readFileSync(path, 'utf8').replace(/^\S+ /gm, '')).toBe('stdout whole\nstdout not ended\n')
})
