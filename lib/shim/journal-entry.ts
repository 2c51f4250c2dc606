// The format of entries in journald's native protocol: fields with a name and a value of any bytes.

/** Writes a field. A value with a newline is written with its length. */
export function journalField(name: string, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value)
  if (!bytes.includes(10)) return Buffer.concat([Buffer.from(`${name}=`), bytes, NEWLINE])
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([Buffer.from(`${name}\n`), size, bytes, NEWLINE])
}

const NEWLINE = Buffer.from('\n')

/** A container as the journal knows it. */
export interface JournalNames {
  cuuid: string
  name?: string | undefined
  tag?: string | undefined
  /** More fields, as `NAME=value`. */
  labels: readonly string[]
}

/** Characters of the short form of a container's identification. */
export const SHORT_ID = 12

/** The fields that each entry of a container has, as conmon writes them. */
export function commonFields({ cuuid, name, tag, labels }: JournalNames): Buffer {
  const short = cuuid.slice(0, SHORT_ID)
  return Buffer.concat([
    journalField('CONTAINER_ID_FULL', cuuid),
    journalField('CONTAINER_ID', short),
    ...(tag === undefined ? [] : [journalField('CONTAINER_TAG', tag)]),
    ...(name === undefined ? [] : [journalField('CONTAINER_NAME', name)]),
    journalField('SYSLOG_IDENTIFIER', tag ?? name ?? short),
    ...labels.map((label) => {
      const at = label.indexOf('=')
      return journalField(label.slice(0, at), label.slice(at + 1))
    }),
  ])
}
