// The ways to run a command and get its output as a string, as their documentation has it, at the versions of
// test/peers. Each is imported alone: what a library costs to load falls on no other.

import { peer } from './peer.mjs'

const UNLIMITED = { maxBuffer: Number.POSITIVE_INFINITY }

/**
 * By name: how to open it. It then gives `run(file, args)`, a promise of an object with `stdout` and, where it has
 * pipelines, `pipe(first, second)`, of two lists of words.
 */
export const runners = {
  sexton: async () => {
    const { pipeline, run } = await import('sexton')
    return { run: (file, args) => run(file, args, UNLIMITED), pipe: pipeline }
  },
  // What `run` is built on: no output is collected.
  'spawn + exited': async () => {
    const { spawn } = await import('sexton')
    const stdio = ['ignore', 'pipe', 'pipe']
    return { run: (file, args) => spawn(file, args, { stdio }).exited }
  },
  child_process: async () => {
    const { execFile } = await import('node:child_process')
    const { promisify } = await import('node:util')
    const execute = promisify(execFile)
    return { run: (file, args) => execute(file, args, UNLIMITED) }
  },
  execa: async () => {
    const { execa } = await peer('execa')
    return {
      run: (file, args) => execa(file, args, UNLIMITED),
      // Or it fails at 100 MB, which it keeps of the first command too.
      pipe: ([file, ...args], [next, ...rest]) =>
        execa(file, args, { buffer: false }).pipe(next, rest),
    }
  },
  'nano-spawn': async () => {
    const { default: spawn } = await peer('nano-spawn')
    return {
      run: (file, args) => spawn(file, args),
      pipe: ([file, ...args], [next, ...rest]) => spawn(file, args).pipe(next, rest),
    }
  },
  tinyexec: async () => {
    const { x } = await peer('tinyexec')
    return {
      run: (file, args) => x(file, args),
      pipe: ([file, ...args], [next, ...rest]) => x(file, args).pipe(next, rest),
    }
  },
  // Through a shell: it has no other way.
  zx: async () => {
    const { $ } = await peer('zx')
    const quiet = $({ quiet: true })
    return {
      run: (file, args) => quiet`${file} ${args}`,
      pipe: ([file, ...args], [next, ...rest]) => quiet`${file} ${args}`.pipe`${next} ${rest}`,
    }
  },
  // A pipeline that a shell connects, for what its pipe can carry.
  sh: async () => {
    const { run } = await import('sexton')
    return {
      run: () => Promise.reject(new Error('a shell collects no output')),
      pipe: (...members) => run('sh', ['-c', members.map((words) => words.join(' ')).join(' | ')]),
    }
  },
}
