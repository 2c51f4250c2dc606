import os from 'node:os'

/** What kind of machine the figures are from, and how busy it is with other things. */
export function machine() {
  return {
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    processor: os.cpus()[0]?.model ?? 'unknown processor',
    cores: `${os.availableParallelism()} cores`,
    node: `Node ${process.version}`,
  }
}
