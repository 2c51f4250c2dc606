// Without a listener, a reader that has closed the pipe would end this program with a stack trace. The callback
// of each write reports the error.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

/**
 * Prints to standard output.
 *
 * @returns A promise that resolves when the text is written. It resolves to false if the reader has closed the
 *   pipe (`sexton tree | head`), which is not an error.
 */
export function print(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined) resolve(true)
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') resolve(false)
      else reject(error)
    })
  })
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}
