import { chooseContract } from '../program-name.js'
import { Refusal } from '../refusal.js'
import { readAssignment } from './assignment.js'
import type { Front } from './front.js'
import type { Hosting } from './hosting.js'
import type { Request } from './request.js'

const FAILED = 1
const STDOUT = 1

/** Does what a front asks for, to the end of the container if there is one. */
export async function serveFront(front: Front, hosting: Hosting): Promise<void> {
  let request: Request | undefined
  try {
    request = await front.request()
    if (request !== undefined) await carryOut(request, front, hosting)
  } catch (error) {
    const { message } = error as Error
    front.reply({ code: FAILED, text: `${nameFor(request)}: ${message}\n` })
    if (!(error instanceof Refusal)) throw error
  } finally {
    request?.handed.closeAllBut()
  }
}

/** The name by which the manager knows this shim. */
function nameFor(request: Request | undefined): string {
  if (request === undefined) return 'sexton-shim'
  const { program, words } = request
  try {
    return chooseContract(program, words).contract
  } catch {
    return program
  }
}

async function carryOut(request: Request, front: Front, hosting: Hosting): Promise<void> {
  const assignment = readAssignment(request)
  if ('answer' in assignment) {
    front.reply({ code: 0, text: assignment.answer, fd: STDOUT })
    return
  }
  const { settings, warning } = assignment
  const hosted = hosting.begin(assignment, request)
  // Nothing has begun before the reply, so a front that gets none may ask another server, or give up. A server that is
  // killed between the reply and the beginning leaves nothing, and the manager sees the end of its pipe.
  const ready = () => {
    const isHeard = front.reply({ code: 0, text: warning, hasMore: settings.sync })
    if (!isHeard) throw new Refusal('the process that the manager started has gone')
  }
  const code = await hosted.live(ready)
  if (settings.sync) front.reply({ code })
}
