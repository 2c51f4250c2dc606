import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { LogFile } from '../../../lib/shim/log-file.js'

const UNLIMITED = { size: Infinity, total: Infinity, backups: 0 }

/** Fills a small disk, writes on, and makes room again. What the log then has, without its times. */
export function fillDisk(folder: string) {
  writeFileSync(`${folder}/other`, Buffer.alloc(20_000))
  const log = new LogFile(`${folder}/ctr.log`, UNLIMITED)
  for (let i = 0; i < 1000; i += 1)
    log.write('stdout', Buffer.from(`line ${i} ${'x'.repeat(100)}\n`))
  const full = readFileSync(`${folder}/ctr.log`, 'utf8')
  rmSync(`${folder}/other`)
  log.write('stdout', Buffer.from('after\n'))
  const text = readFileSync(`${folder}/ctr.log`, 'utf8').replace(/^\S+ /gm, '')
  return {
    endsWhole: full.endsWith('x\n'),
    kept: full.split('\n').length - 1,
    last: text.split('\n').slice(-3),
  }
}
