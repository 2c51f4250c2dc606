// Without a listener, a reader that has closed the pipe would end this program with a stack trace. The callback of each
// write reports the error. A stream is opened at its first write. It makes its pipe non-blocking for everybody who has that
// pipe, so `sexton run` opens none while its command runs.
const listened = new Set<NodeJS.WriteStream>()

function open(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (!listened.has(stream)) stream.on('error', () => {})
  listened.add(stream)
  return stream
}

/**
 * Prints to standard output.
 *
 * @returns A promise that resolves when the text is written. It resolves to false if the reader has closed the
 *   pipe (`sexton tree | head`), which is not an error.
 */
export function print(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    open(process.stdout).write(text, (error) => {
      if (error === null || error === undefined) resolve(true)
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') resolve(false)
      else reject(error)
    })
  })
}

export function complain(text: string): void {
  open(process.stderr).write(`${text}\n`)
}

/** Resolves when everything that was printed is written, or can be written to nobody. */
export async function flush(): Promise<void> {
  await Promise.all([...listened].map(written))
}

/** Resolves when everything that the stream was given is written, or can be written to nobody. */
export function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}
