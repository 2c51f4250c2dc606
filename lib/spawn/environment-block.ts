/** An environment as execve(2) gives it to a program: entries `NAME=value`, each with its NUL, in one block. */
export class EnvironmentBlock {
  readonly bytes: Uint8Array
  #places: ReadonlyMap<string, readonly Place[]> | undefined

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /**
   * Leaves variables out.
   *
   * @param names The names of the variables, as `nameOf()` gives them.
   * @returns The parts of the block that remain, in their order. They share the memory of the block.
   */
  without(names: Iterable<string>): Uint8Array[] {
    this.#places ??= placesIn(this.bytes)
    const gone: Place[] = []
    for (const name of names) gone.push(...(this.#places.get(name) ?? []))
    gone.sort((a, b) => a.start - b.start)
    const parts: Uint8Array[] = []
    let from = 0
    for (const { start, end } of gone) {
      if (start > from) parts.push(this.bytes.subarray(from, start))
      from = end
    }
    parts.push(this.bytes.subarray(from))
    return parts
  }
}

/** Where an entry stands in its block, with its NUL. */
interface Place {
  readonly start: number
  readonly end: number
}

// An environment may have a name several times.
function placesIn(block: Uint8Array): Map<string, Place[]> {
  const places = new Map<string, Place[]>()
  let start = 0
  for (const entry of splitBlock(block)) {
    const end = start + entry.length
    const name = nameOf(entry)
    if (name !== undefined) {
      const others = places.get(name)
      if (others === undefined) places.set(name, [{ start, end }])
      else others.push({ start, end })
    }
    start = end
  }
  return places
}

const EQUALS = 0x3d

/** The name of a variable, one character for each byte. An entry without `=` has no name. */
export function nameOf(entry: Uint8Array): string | undefined {
  const end = entry.indexOf(EQUALS)
  return end < 0 ? undefined : latin1(entry.subarray(0, end))
}

/** Decodes bytes, one character for each byte. */
export function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}

/** Splits a block into its entries, each with its NUL. */
export function splitBlock(block: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = []
  let start = 0
  for (let end = block.indexOf(0); end >= 0; end = block.indexOf(0, start)) {
    entries.push(block.subarray(start, end + 1))
    start = end + 1
  }
  return entries
}
