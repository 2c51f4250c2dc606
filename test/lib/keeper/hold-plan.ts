import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HoldPlan } from '../../../lib/keeper/hold-settings.js'
import { closeDescriptor, makePipe } from '../../../lib/system/descriptors.js'

// Containers without a container runtime: a shell that leaves another one, and its pid.

// The container begins when the runtime has exited: a shell would take the status of its background otherwise. And a
// shell gives its background /dev/null.
const RUNTIME =
  'mkfifo gate; exec 3<&0; { read _ <gate; exec sh "$1" <&3 3<&-; } & exec 4>gate; printf %s $! >pidfile'

const CLEANUP = 'printf "%s %s" "$(cat exit)" "$SAID" >cleaned.tmp; mv cleaned.tmp cleaned'

export interface HoldOptions extends Partial<HoldPlan> {
  /** The container's script. */
  script?: string
  /** The runtime's script, which leaves `container.sh` and the file `pidfile`. */
  making?: string
  /** The pipe to the manager. */
  manager?: number
}

/** Makes a plan, and pipes for it. The plan's `held` belongs to the container that is started by it. */
export function makePlan(
  folder: string,
  { script = ':', making = RUNTIME, manager, ...plan }: HoldOptions = {},
): { plan: HoldPlan; closeEnds: () => void } {
  writeFileSync(join(folder, 'container.sh'), script)
  const [input, output, errors] = [makePipe('write'), makePipe('read'), makePipe('read')]
  const inside = (name: string) => join(folder, name)
  const ends = [input.read, output.write, errors.write]
  const options = { cwd: folder, env: { SAID: 'hello', PATH: process.env.PATH } }
  return {
    plan: {
      socket: inside('socket'),
      runtime: { file: 'sh', args: ['-c', making, 'sh', 'container.sh'], options, fds: ends },
      pidfile: inside('pidfile'),
      exitCommand: { file: 'sh', args: ['-c', CLEANUP], options },
      exitFiles: [inside('exit'), inside('exit.too')],
      logs: [inside('log')],
      patience: 0,
      held: {
        ...{ stdin: input.write, stdout: output.read, stderr: errors.read },
        ...(manager === undefined ? {} : { manager }),
      },
      ...plan,
    },
    closeEnds: () => ends.forEach(closeDescriptor),
  }
}
