import type { Readable } from 'node:stream'
import { spawn } from 'sexton'

/** Each reads what a descendant of the child writes later. `begin` comes before the child's end. */
const READERS = {
  none: { begin: async () => undefined, go: () => {} },
  'by data events': {
    begin: async () => undefined,
    go: (stdout: Readable, tell: (text: string) => void) => void stdout.on('data', tell),
  },
  'by readable events': {
    begin: async () => undefined,
    go: (stdout: Readable, tell: (text: string) => void) =>
      void stdout.on('readable', () => tell(stdout.read() ?? '')),
  },
  'by an iterator': {
    async begin(stdout: Readable) {
      const iterator = stdout[Symbol.asyncIterator]()
      await iterator.next()
      return { second: iterator.next() }
    },
    async go(
      _: Readable,
      tell: (text: string) => void,
      begun?: { second: Promise<{ value: string }> },
    ) {
      tell((await begun?.second)?.value ?? '')
    },
  },
}
export type Reader = keyof typeof READERS

/** Prints what has been read when nothing keeps this process alive any more. */
export async function readLate(how: Reader) {
  const child = spawn('sh', ['-c', '(sleep 0.5; echo later) & echo early; read line'])
  const { stdout } = child
  const begun = await READERS[how].begin(stdout)
  child.stdin.end()
  await child.exited
  let read = ''
  process.on('exit', () => console.log(JSON.stringify(read)))
  const tell = (text: string) => {
    read += text
  }
  await READERS[how].go(stdout, tell, begun)
}
