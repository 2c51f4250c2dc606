import { NOT_OFFERED } from './behaviour.js'
import { Scene } from './scene.js'
import { offers, type Subject, type WholeSubject } from './subject.js'
import { behaviours } from './topics.js'

/**
 * What is seen of one library in one row, in a process of its own: a library that crashes or hangs spoils no other
 * cell.
 *
 * @param adapter The URL of its module.
 */
export async function observe(adapter: string, title: string): Promise<string> {
  const { adapter: subject } = (await import(adapter)) as { adapter: Subject }
  const verdict = await verdictOn(subject, title)
  // A library that still waits would keep this process.
  setImmediate(() => process.exit())
  return verdict
}

async function verdictOn(subject: Subject, title: string): Promise<string> {
  const behaviour = behaviours.find((one) => one.title === title)
  if (behaviour === undefined) throw new RangeError(`there is no behaviour '${title}'`)
  const { needs = [], observe } = behaviour
  if (needs.some((need) => !offers(subject, need))) return NOT_OFFERED
  using scene = new Scene()
  return await Promise.race([observe(subject as WholeSubject, scene), crash()])
}

/** An error that the library has left to nobody would end a program. */
function crash(): Promise<string> {
  return new Promise((resolve) => {
    process.once('uncaughtException', (error: NodeJS.ErrnoException) => {
      resolve(`crashes: ${error.code ?? error.name}`)
    })
  })
}
