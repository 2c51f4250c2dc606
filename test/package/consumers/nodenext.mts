import {
  type Child,
  type ExitStatus,
  openProcess,
  reapUntil,
  Signals,
  spawn,
  subreaper,
  waitForExit,
  Zombies,
} from 'sexton'
import { init, type ReapedMessage } from 'sexton/init'
import { contentType, toPrometheus } from 'sexton/metrics'

const child: Child = spawn('cat', [], { stdio: ['pipe', 'pipe', 'inherit'], timeout: 5_000 })
child.stdin?.end('text')
const status: ExitStatus = await waitForExit(child.pid, { timeout: 1_000, onTimeout: 'kill' })
const code: number | null = status.code
const shell: number = status.toShellCode()

using handle = openProcess(process.ppid)
const sent: boolean = handle.kill(15)

for await (const { name, number, origin } of new Signals(['SIGTERM', 'SIGRTMIN+3', 10])) {
  const text: string = `${name} ${number} ${origin.pid} ${origin.uid} ${origin.code}`
  console.log(text)
}
for await (const zombie of new Zombies({ scope: 'adopted' })) console.log(zombie.pid, zombie.usage)

subreaper.enable()
await reapUntil(child.pid, { onReap: (zombie) => console.log(zombie.signal) })

// @ts-expect-error: a signal name must be one
child.kill('SIGNOTHING')
// @ts-expect-error: known back-ends only
await waitForExit(1, { backend: 'kqueue' })

init({ grace: 1_000 })
declare const message: ReapedMessage
const reaped: ExitStatus = message.status

const type: string = contentType
const text: string = await toPrometheus()

export { code, reaped, sent, shell, text, type }
