import { persist } from './persistence.js'
import type { End, Reports } from './reports.js'

/**
 * Tells a manager how its container has ended: by files, which may have to wait for room, and by a message, which does
 * not wait for them.
 *
 * @param complain Hears that a file is late, or cannot be written.
 * @returns Resolves when there is no more to be tried.
 */
export async function reportEnd(
  end: End,
  reports: Reports,
  complain: (error: Error) => void,
): Promise<void> {
  const failed = (text: string) => (error: unknown) =>
    complain(new Error(`${text}: ${(error as Error).message}`))
  // The files are tried before the message is sent: a manager that gets the message looks for them.
  const written = persist(() => reports.writeEnd(end), failed('the exit file waits for room'))
  reports.tellEnd(end)
  await written.catch(failed('the exit file is not written'))
}
