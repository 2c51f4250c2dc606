import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { HeldContainer } from '../../../lib/keeper/held-container.js'
import type { HoldPlan } from '../../../lib/keeper/hold-settings.js'
import { closeDescriptor, makePipe } from '../../../lib/system/descriptors.js'
import { eventually } from '../../eventually.js'
import { temporaryFolder } from '../system/folder.js'

const { SIGKILL } = constants.signals

// Containers without a container runtime: a shell that leaves another one, and its pid.

// The container begins when the runtime has exited: a shell would take the status of its background otherwise. And a
// shell gives its background /dev/null.
const RUNTIME =
  'mkfifo gate; exec 3<&0; { read _ <gate; exec sh "$1" <&3 3<&-; } & exec 4>gate; printf %s $! >pidfile'

export interface HoldOptions extends Partial<HoldPlan> {
  /** The container's script. */
  script?: string
  /** The runtime's script, which leaves `container.sh` and the file `pidfile`. */
  making?: string
}

/** A container to be, and the files in its folder. */
export interface Hold {
  folder: string
  plan: HoldPlan
  /** Closes the container's ends of the pipes, which the keeper has by now. */
  closeEnds(): void
  read(name: string): string
  /** Reads a file once it is there. */
  written(name: string): Promise<string>
}

/** Makes a folder, pipes and a plan for a container. */
export function makeHold({ script = ':', making = RUNTIME, ...plan }: HoldOptions = {}): Hold {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'container.sh'), script)
  const [input, output, errors] = [makePipe('write'), makePipe('read'), makePipe('read')]
  const inside = (name: string) => join(folder, name)
  const read = (name: string) => readFileSync(inside(name), 'utf8')
  const ends = [input.read, output.write, errors.write]
  const command = 'printf "%s %s" "$(cat exit)" "$SAID" >cleaned.tmp; mv cleaned.tmp cleaned'
  const options = { cwd: folder, env: { SAID: 'hello', PATH: process.env['PATH'] } }
  onTestFinished(() => {
    for (const { read, write } of [input, output, errors]) {
      closeDescriptor(read)
      closeDescriptor(write)
    }
  })
  return {
    folder,
    plan: {
      socket: inside('socket'),
      runtime: { file: 'sh', args: ['-c', making, 'sh', 'container.sh'], options, fds: ends },
      pidfile: inside('pidfile'),
      exitCommand: { file: 'sh', args: ['-c', command], options },
      exitFiles: [inside('exit'), inside('exit.too')],
      logs: [inside('log')],
      patience: 0,
      held: { stdin: input.write, stdout: output.read, stderr: errors.read },
      ...plan,
    },
    closeEnds: () => ends.forEach(closeDescriptor),
    read,
    written: async (name) => {
      await eventually(() => {
        if (!existsSync(inside(name))) throw new Error(`no ${name} in ${folder}`)
      })
      return read(name)
    },
  }
}

/** Starts a container, which ends with the scope. */
export function startHold(
  options: HoldOptions = {},
): Hold & AsyncDisposable & { container: HeldContainer } {
  const hold = makeHold(options)
  const container = HeldContainer.start(hold.plan)
  hold.closeEnds()
  return {
    ...hold,
    container,
    [Symbol.asyncDispose]: async () => {
      await end(container)
      // The test may have left the container to a server that it has not made.
      const left = await HeldContainer.adopt(hold.plan.socket).catch(() => undefined)
      if (left !== undefined) await end(left)
    },
  }
}

/** Ends a container and its keeper. */
export async function end(container: HeldContainer): Promise<void> {
  const { container: pid } = container
  if (pid !== undefined) container.signalContainer(pid, SIGKILL)
  container.release()
  await container.gone
}
