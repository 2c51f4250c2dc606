// The ways to start a program and wait for its end, as their documentation has it, without pipes. Each is
// imported alone: what a library costs to load falls on no other. Peers are those of test/peers.

import { peer } from './peer.mjs'

const IGNORED = { stdio: 'ignore' }

/** By name: how to open it; it then gives `run(file)`, a promise for the end. */
export const spawners = {
  sexton: async () => {
    const { spawn } = await import('sexton')
    return (file) => spawn(file, [], IGNORED).exited
  },
  child_process: async () => {
    const { spawn } = await import('node:child_process')
    return (file) =>
      new Promise((resolve, reject) => {
        spawn(file, [], IGNORED).once('exit', resolve).once('error', reject)
      })
  },
  execa: async () => {
    const { execa } = await peer('execa')
    return (file) => execa(file, [], IGNORED)
  },
  'nano-spawn': async () => {
    const { default: spawn } = await peer('nano-spawn')
    return (file) => spawn(file, [], IGNORED)
  },
  tinyexec: async () => {
    const { x } = await peer('tinyexec')
    return (file) => x(file, [], { nodeOptions: IGNORED })
  },
  // Through a shell: it has no other way.
  zx: async () => {
    const { $ } = await peer('zx')
    const quiet = $({ ...IGNORED, quiet: true })
    return (file) => quiet`${file}`
  },
}
