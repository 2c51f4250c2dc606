/** The strings of a block in which each is followed by a NUL; the last may have lost its own. */
export function splitAtNul(bytes: Buffer): Buffer[] {
  const strings: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start)
    strings.push(bytes.subarray(start, end < 0 ? bytes.length : end))
    start = end < 0 ? bytes.length : end + 1
  }
  return strings
}
