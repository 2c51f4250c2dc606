import { endMarked, MARK, marked } from '../escapes/marked.js'
import { eventually } from '../eventually.js'
import type { EnderName } from './leftovers.js'

type Ender = (file: string, args: readonly string[], env: Record<string, string>) => Promise<void>

/** Gives how many processes of an escape are left when a subject has ended its command. */
export async function leftBy(
  module: string,
  subject: EnderName,
  name: string,
  { program, expected }: { program: string; expected: number },
): Promise<number> {
  const { enders } = (await import(module)) as { enders: Record<EnderName, Ender> }
  const mark = `left-${process.pid}-`
  const env = { [MARK]: mark }
  await enders[subject]('python3', [program, name, 'stay', `--mark=${mark}`], env)
  // What was killed has a moment to go.
  await eventually(() => {
    if (marked(mark).length !== expected) throw new Error('not yet')
  }, 1000).catch(() => {})
  const { length } = marked(mark)
  await endMarked(mark)
  setImmediate(() => process.exit()) // a subject may still wait
  return length
}
