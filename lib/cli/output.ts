// Without a listener, a reader that went away would end this program with a stack trace; each write
// tells of it by itself.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

/**
 * Resolves when it is written: to true, or to false if nobody reads any more (`sexton tree | head`),
 * which is no failure.
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
