import { isInForeground } from '../foreground.js'

// Ctrl-C is a key like others while the terminal is raw.
const QUIT = ['q', 'Q', '\x03']

/**
 * Calls back when `q` or Ctrl-C is typed. Only the foreground of a terminal may read it, so a job in the background reads
 * nothing: its tree is drawn until a signal ends it.
 *
 * @returns A function that ends the reading.
 */
export function onQuit(quit: () => void): () => void {
  const { stdin } = process
  if (!stdin.isTTY || !isInForeground()) return () => {}
  const read = (keys: Buffer) => {
    if (QUIT.some((key) => keys.includes(key))) quit()
  }
  stdin.setRawMode(true).on('data', read)
  return () => {
    stdin.off('data', read).setRawMode(false).pause()
  }
}
