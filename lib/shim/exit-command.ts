import { setTimeout as delay } from 'node:timers/promises'
import { spawn } from '../spawn/spawn.js'
import type { Settings } from './settings.js'

/**
 * Runs the exit command, by which the manager cleans up, with the manager's whole environment.
 *
 * @returns Its exit code; 0 if there is no such command.
 */
export async function runExitCommand(settings: Settings): Promise<number> {
  const { 'exit-command': file, 'exit-command-arg': args, 'exit-delay': seconds = 0 } = settings
  if (file === undefined) return 0
  if (seconds > 0) await delay(seconds * 1000)
  try {
    const { exited } = spawn(file, args, { stdio: 'ignore', ...settings.surroundings.programs })
    return (await exited).toShellCode()
  } catch {
    return 1
  }
}
