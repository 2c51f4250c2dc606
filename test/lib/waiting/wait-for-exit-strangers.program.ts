import { waitForExit } from 'sexton'
import { patience } from '../../pace.mjs'

export async function waitAndTell(pid: number) {
  const waiting = waitForExit(pid, patience(10_000))
  console.log('waiting')
  return waiting
}
