import { OPTIONS, type Option } from './options.js'

/** The text of `--help`. */
export function help(): string {
  const lines = Object.entries(OPTIONS as Record<string, Option>).map(([name, { short, help }]) => {
    const written = `  ${short === undefined ? '' : `-${short}, `}--${name}`
    return `${written.padEnd(32)} ${help}\n`
  })
  return `Usage:
  conmon [OPTION…] - the container runtime shim of sexton

Options:
${lines.join('')}`
}
