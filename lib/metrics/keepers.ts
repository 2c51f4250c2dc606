import { readCommandLine } from '../system/proc.js'
import { unlessHidden } from '../system/proc-access.js'
import { isZombie, type ProcessStat } from '../system/proc-formats.js'

const NAME = 'sexton-keeper'

/** Whether a process is a living keeper: of a job, of a container, or as `pid1`. */
export function isKeeper(process: ProcessStat): boolean {
  if (isZombie(process)) return false
  return process.name === NAME || (isFromMemory(process) && commandOf(process)[0] === NAME)
}

// Where the file of the keeper cannot be executed, it is started from memory, as /proc/self/fd/5. Then its name is 5. Only
// of those the command line is read, because a process that hangs in the kernel may keep a reader of it waiting.
const isFromMemory = ({ name }: ProcessStat) => /^\d{1,3}$/.test(name)

const commandOf = ({ pid }: ProcessStat) => unlessHidden(() => readCommandLine(pid)) ?? []
