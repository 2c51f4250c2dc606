/** The strings of a block in which each is followed by a NUL. */
export function splitAtNul(bytes: Buffer): Buffer[] {
  const strings: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start)
    strings.push(bytes.subarray(start, end))
    start = end + 1
  }
  return strings
}
