import { writeFileSync } from 'node:fs'
import { openProcess, type SextonError, spawn } from 'sexton'

const born = () => spawn('sleep', ['1000'], { stdio: 'ignore' })

/** In a PID namespace of its own, in which this makes the pid come again. */
function bornAs(pid: number) {
  writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1))
  const child = born()
  if (child.pid !== pid) throw new Error(`another pid: ${child.pid}`)
  return child
}

export async function survivePredecessors() {
  const survived: boolean[] = []
  for (let round = 0; round < 10; round += 1) {
    const first = born()
    const handle = openProcess(first.pid)
    first.kill('SIGKILL')
    await first.exited
    const second = bornAs(first.pid)
    const sent = [handle.kill('SIGKILL'), first.kill('SIGKILL')]
    handle[Symbol.dispose]()
    survived.push(!sent.includes(true) && second.kill('SIGTERM'))
    survived.push((await second.exited).signal === 'SIGTERM')
  }
  return survived
}

export function killInit() {
  try {
    openProcess(1).kill('SIGTERM')
    return []
  } catch (error) {
    const { code, errno, pid } = error as SextonError
    return [code, errno, pid]
  }
}
