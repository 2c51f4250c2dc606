// Records what programs print on a terminal: Linux, as root.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawn as spawnOnTerminal } from 'node-pty'
import { descendants, spawn } from 'sexton'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const SIZE = { cols: 100, rows: 30 }

/** Runs a command on a terminal. Returns its output: pairs of the second and the text. */
async function record([file, ...args]) {
  const env = { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8' }
  const terminal = spawnOnTerminal(file, args, { ...SIZE, cwd: root, env })
  const output = []
  const begun = performance.now()
  terminal.onData((text) => {
    const at = Math.round((performance.now() - begun) / 10) / 100
    output.push([at, text])
  })
  const { exitCode } = await new Promise((resolve) => terminal.onExit(resolve))
  await sleep(100) // node-pty may tell of the exit before the last output
  if (exitCode !== 0) throw new Error(`${file} ${args.join(' ')} exited with ${exitCode}`)
  return output
}

export const recordDemo = () => record(['node', 'examples/demo.mjs'])

// A server, a program of its that does not reap, and a daemon that has come to process 1.
const SERVER = `
const { spawn } = require('node:child_process')
spawn('python3', ['thumbnails.py'], { stdio: 'inherit' })
spawn('sh', ['-c', 'setsid sleep 86400 &'], { stdio: 'ignore' })
setInterval(() => {}, 1000)`
const KEEPER = `
import subprocess, time
children = [subprocess.Popen(['./convert']) for _ in range(2)]
time.sleep(1000)`

// sexton lies where npm would install it.
const CONTAINER = `
mount -t tmpfs none /usr/local/lib
mkdir -p /usr/local/lib/node_modules/sexton
mount --bind "$0" /usr/local/lib/node_modules/sexton
cd "$1"
exec /usr/local/lib/node_modules/sexton/bin/pid1 -- node server.js`

/** Draws the tree of a container that has zombies. */
export async function recordTree() {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-picture-'))
  writeFileSync(join(folder, 'server.js'), SERVER)
  writeFileSync(join(folder, 'thumbnails.py'), KEEPER)
  writeFileSync(join(folder, 'convert'), '#!/bin/sh\n', { mode: 0o755 })
  const namespaces = ['--fork', '--pid', '--mount', '--mount-proc', '--kill-child']
  const words = [...namespaces, 'sh', '-ec', CONTAINER, root, folder]
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
  const container = spawn('unshare', words, { stdio: 'ignore', env, deathSignal: 'SIGKILL' })
  try {
    await sleep(3000) // for ages that tell something
    const init = descendants(container.pid).find(({ ppid }) => ppid === container.pid)
    const enter = ['nsenter', '--target', String(init.pid), '--pid', '--mount']
    return await record([
      ...enter,
      'node',
      '/usr/local/lib/node_modules/sexton/dist/cli/sexton.js',
      'tree',
    ])
  } finally {
    container.kill('SIGKILL')
    await container.exited
    rmSync(folder, { recursive: true })
  }
}
