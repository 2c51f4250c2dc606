// The ways to start a program and wait for its end, as their documentation has it, without pipes. Each is
// imported alone: what a library costs to load falls on no other.

/** By name: how to open it; it then gives `run(file)`, a promise for the end. */
export const spawners = {
  sexton: async () => {
    const { spawn } = await import('sexton')
    return (file) => spawn(file, [], { stdio: 'ignore' }).exited
  },
  child_process: async () => {
    const { spawn } = await import('node:child_process')
    return (file) =>
      new Promise((resolve, reject) => {
        spawn(file, [], { stdio: 'ignore' }).once('exit', resolve).once('error', reject)
      })
  },
  execa: async () => {
    const { execa } = await import('execa')
    return (file) => execa(file, [], { stdio: 'ignore' })
  },
  'nano-spawn': async () => {
    const { default: spawn } = await import('nano-spawn')
    return (file) => spawn(file, [], { stdio: 'ignore' })
  },
  tinyexec: async () => {
    const { x } = await import('tinyexec')
    return (file) => x(file, [], { nodeOptions: { stdio: 'ignore' } })
  },
  // Through a shell: it has no other way.
  zx: async () => {
    const { $ } = await import('zx')
    const quiet = $({ stdio: 'ignore', quiet: true })
    return (file) => quiet`${file}`
  },
}
