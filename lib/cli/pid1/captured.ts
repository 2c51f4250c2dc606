import { splitAtNul } from './nul-separated.js'

/** What the shell prologue (lib/cli/prologue.sh) has written down, where it had a descriptor for it. */
export interface Captured {
  /** The soft limit of descriptors, as the shell says it. */
  limit: string
  /** The whole environment, or `undefined` if it could not be read or was too long. */
  environment: Buffer[] | undefined
  /** The variables that were kept from Node, as `NAME=value`; those that are empty are left out. */
  withheld: Buffer[]
}

// As much as fits the pipe: an environment of that size has been cut off.
const ROOM = 60_000
const FULL_STOP = 0x2e // behind what was read without a failure
const MARK = '\n// and the limit and the environment\n'
// Options and slow certificates are the command's matter; and a channel to a parent is the command's:
// two that read from it would each miss what the other got.
const WITHHELD = ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_CHANNEL_FD']

/**
 * First a line for each of the variables that are kept from Node, then the limit, then the environment.
 * A variable may hold the mark, too: the true one is where what follows agrees with what came before.
 */
export function parseCaptured(bytes: Buffer): Captured {
  const first = bytes.indexOf(MARK)
  for (let mark = first; mark >= 0; mark = bytes.indexOf(MARK, mark + 1)) {
    const captured = parseAt(bytes, mark)
    if (captured.environment && agrees(bytes.subarray(0, mark), captured.environment))
      return captured
  }
  return parseAt(bytes, first)
}

function parseAt(bytes: Buffer, mark: number): Captured {
  const start = mark + MARK.length
  const end = bytes.indexOf('\n', start)
  const environment = bytes.subarray(end + 1)
  const whole = environment.at(-1) === FULL_STOP && environment.length <= ROOM
  return {
    limit: bytes.toString('latin1', start, end),
    environment: whole ? splitAtNul(environment.subarray(0, -1)) : undefined,
    withheld: variables(bytes.toString('latin1', 2, mark)),
  }
}

function agrees(lines: Buffer, environment: readonly Buffer[]): boolean {
  const values = WITHHELD.map((name) => {
    const entry = environment.find((each) => each.indexOf(`${name}=`) === 0)
    return entry?.toString('latin1', name.length + 1) ?? ''
  })
  return lines.toString('latin1') === `//${values.join('\n//')}`
}

function variables(text: string): Buffer[] {
  const values = text.split('\n//')
  return WITHHELD.map((name, i) => Buffer.from(`${name}=${values[i] ?? ''}`, 'latin1')).filter(
    (entry, i) => entry.length > (WITHHELD[i] as string).length + 1,
  )
}
