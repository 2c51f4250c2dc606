import type { OptionTable } from './options.js'

/** The text of `--help` of a program with these options. */
export function help(program: string, options: OptionTable): string {
  const lines = Object.entries(options).map(([name, { short, help }]) => {
    const written = `  ${short === undefined ? '' : `-${short}, `}--${name}`
    return `${written.padEnd(32)} ${help}\n`
  })
  return `Usage:
  ${program} [OPTION…] - the container runtime shim of sexton

Options:
${lines.join('')}`
}
