import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import 'sexton'
import { forgetAllBut, wasThereBefore } from '../../../lib/reaping/ownership.js'
import { readTaskChildren } from '../../../lib/system/proc.js'
import { becomes } from '../../soak/fixtures/proc.mjs'

/** Megabytes that are kept after thirty children have printed four each. Needs --expose-gc. */
export async function printMuch() {
  const print = promisify(execFile)
  for (let i = 0; i < 30; i += 1) {
    const options = { maxBuffer: 1e9, encoding: 'buffer' } as const
    await print('head', ['-c', '4000000', '/dev/zero'], options)
  }
  const kept = () => {
    globalThis.gc?.()
    return process.memoryUsage().external / 1e6
  }
  await becomes(() => kept() <= 20)
  return kept()
}

/** For a Node that has a child from its start. */
export function forgetEarlierChild() {
  const [pid = 0] = readTaskChildren(process.pid, process.pid) ?? []
  const child = spawn('true')
  const before = wasThereBefore(pid)
  const later = wasThereBefore(child.pid as number)
  forgetAllBut([])
  const after = wasThereBefore(pid)
  process.kill(pid, 'SIGKILL')
  return { before, later, after }
}
