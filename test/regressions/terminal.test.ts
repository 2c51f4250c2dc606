import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pid1, root, run } from '../program.js'

const shell = ['bash', '--norc', '--noprofile', '-i']

async function talk(turns: readonly (readonly [string, string])[], command: readonly string[]) {
  const driver = join(root, 'test', 'regressions', 'dialogue.py')
  const outcome = await run(['python3', driver, JSON.stringify(turns), ...command])
  return JSON.parse(outcome.stdout) as string[]
}

describe('pid1 as a job of a shell', () => {
  it('stops with its command on Ctrl-Z, and goes on with it', async () => {
    // The quotes keep the echo of what is typed from passing for the answer.
    const program = `sh -c 'echo rea""dy; read x; echo "got $x"'`
    const turns = [
      ['PS1="pro""mpt> "\n', 'prompt> '],
      [`${pid1} -s -- ${program}\n`, 'ready'],
      ['\x1a', 'prompt> '],
      ['jobs\n', 'Stopped'],
      ['fg\n', 'pid1'],
      ['word\n', 'got word'],
    ] as const
    expect(await talk(turns, shell)).toEqual(turns.map(([keys]) => keys))
  })

  it('passes Ctrl-C on once', async () => {
    const program = `sh -c 'n=0; trap "n=\\$((n+1)); echo in""t \\$n" INT; echo rea""dy; read x; read x; echo "sum $n"'`
    const turns = [
      [`${pid1} -s -- ${program}\n`, 'ready'],
      ['\x03', 'int 1'],
      ['word\nword\n', 'sum 1'],
    ] as const
    expect(await talk(turns, shell)).toEqual(turns.map(([keys]) => keys))
  })

  it('passes Ctrl-C on to a command that has left its group', async () => {
    const program = `python3 -c 'import os, signal; os.setpgid(0, 0); signal.signal(2, lambda *_: print("in" + "t")); print("rea" + "dy"); signal.pause()'`
    const turns = [
      [`${pid1} -s -- ${program}\n`, 'ready'],
      ['\x03', 'int'],
    ] as const
    expect(await talk(turns, shell)).toEqual(turns.map(([keys]) => keys))
  })

  it('does not spin where the terminal stops its background', async () => {
    // To write a warning there means SIGTTOU: tried again and again, it would be running for ever.
    const settled = 'while jobs %1 2>&1 | grep -q Running; do :; done; echo set""tled'
    const turns = [
      ['stty tostop\n', ''],
      [`${pid1} -s -- /no/such/file & ${settled}\n`, 'settled'],
    ] as const
    expect(await talk(turns, shell)).toEqual(turns.map(([keys]) => keys))
  })
})

describe('a spawn in the foreground that fails', () => {
  it('gives the terminal back', async () => {
    const source = `
      import { readSync } from 'node:fs'
      import { spawn } from 'sexton'
      await spawn('/no/such/file', [], { processGroup: true, foreground: true }).exited.catch(() => {})
      console.log('read' + 'y')
      const line = Buffer.alloc(9)
      console.log('got', line.toString('latin1', 0, readSync(0, line)))`
    const turns = [
      ['', 'ready'],
      ['word\n', 'got word'],
    ] as const
    // Under a shell, as it is the shell's session and not ours that has the terminal.
    const node = [process.execPath, '--input-type=module', '--eval', source]
    const command = ['sh', '-c', '"$@"; :', 'sh', ...node]
    expect(await talk(turns, command)).toEqual(['', 'word\n'])
  })
})
