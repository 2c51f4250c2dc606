import { waitForExit } from 'sexton'
import { failure } from '../../inside.js'

export async function killInit() {
  return (await failure(waitForExit(1, { timeout: 0, onTimeout: 'kill' }))).code
}
