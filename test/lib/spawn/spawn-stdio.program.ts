import { type Stdio, spawn } from 'sexton'

/** Ends like a child that writes to both outputs. */
export async function spawnEcho(stdio: 'inherit' | 'ignore' | Stdio[]) {
  const child = spawn('sh', ['-c', 'echo out; echo err >&2'], { stdio })
  process.exit((await child.exited).code ?? 1)
}
