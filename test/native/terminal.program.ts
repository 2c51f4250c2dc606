import { readSync } from 'node:fs'
import { binding } from '../../lib/system/binding.js'

/** Drains a full pipe that another process fills again at once, and writes to it, each so many times. */
export function writeToFullPipe(readEnd: number, writeEnd: number, times: number) {
  const page = Buffer.alloc(4096)
  const results = { written: 0, refused: 0 }
  for (let i = 0; i < times; i += 1) {
    readSync(readEnd, page)
    const written = binding.writeFromBackground(writeEnd, Buffer.from('a message\n'), 0)
    if (written > 0) results.written += 1
    else results.refused += 1
  }
  return results
}
