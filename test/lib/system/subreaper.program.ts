import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { spawn, subreaper } from 'sexton'
import { readStat } from '../../../lib/system/proc.js'
import { startWorker } from '../../inside.js'

export function switchOnAndOff() {
  const states = [subreaper.enabled]
  subreaper.enable()
  subreaper.enable()
  states.push(subreaper.enabled)
  subreaper.disable()
  states.push(subreaper.enabled)
  return states
}

/** In a worker. */
export function enable() {
  subreaper.enable()
}

export async function enableInWorker() {
  await once(startWorker(enable, []), 'exit')
  return subreaper.enabled
}

async function parentOfOrphan() {
  const child = spawn('sh', ['-c', 'sleep 1000 > /dev/null & echo $!'])
  const pid = Number(await text(child.stdout))
  await child.exited
  const ppid = readStat(pid)?.ppid
  process.kill(pid, 'SIGKILL')
  return ppid
}

export async function adopt() {
  const without = await parentOfOrphan()
  subreaper.enable()
  const own = await parentOfOrphan()
  return [without === process.pid, own === process.pid]
}

export function lookInChild(): boolean {
  subreaper.enable()
  const source = "import { subreaper } from 'sexton'; console.log(subreaper.enabled)"
  const args = ['--input-type=module', '-e', source]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}
