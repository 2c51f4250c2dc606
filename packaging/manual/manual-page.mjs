/**
 * A manual page in the macros of man(7).
 *
 * @param {{ name: string, purpose: string, version: string, help: object, commands?: Record<string, object>,
 *   see: string[] }} page `help` is a parsed help text, and so is that of each command.
 */
export function manualPage({ name, purpose, version, help, commands = {}, see }) {
  const sections = Object.entries(commands).filter(([, { blocks }]) => blocks.length > 0)
  const parts = [
    `.\\" Generated from the help texts: npm run manual`,
    `.TH ${name.toUpperCase()} 1 "" "sexton ${version}" "User Commands"`,
    '.SH NAME',
    `${name} \\- ${roff(purpose)}`,
    '.SH SYNOPSIS',
    ...[help, ...Object.values(commands)].flatMap(({ usage }) => usage.map(synopsis)),
    '.SH DESCRIPTION',
    ...help.blocks.flatMap((block) => drawn(block, '.SH')),
    ...sections.flatMap(([command, { blocks }]) => [
      `.SH ${name.toUpperCase()} ${command.toUpperCase()}`,
      ...blocks.flatMap((block) => drawn(block, '.SS')),
    ]),
    '.SH SEE ALSO',
    see.map(roff).join(',\n'),
  ]
  return `${parts.join('\n')}\n`
}

const synopsis = (usage) => `.PP\n.B ${roff(usage)}`

function drawn(block, heading) {
  if (block.kind === 'heading') return [`${heading} ${roff(block.text)}`]
  if (block.kind === 'text') return paragraph(block.text, heading)
  if (block.kind === 'lines') return ['.PP', '.nf', ...block.lines.map((line) => roff(line)), '.fi']
  return block.items.flatMap(({ term, text }) => ['.TP', `.B ${roff(term)}`, roff(text)])
}

// "Exit codes: …" and the like have a heading in their line.
function paragraph(text, heading) {
  const [, title, rest] = /^(Exit codes[\w ]*): (.*)$/.exec(text) ?? []
  return title === undefined ? ['.PP', roff(text)] : [`${heading} ${roff(title)}`, roff(rest)]
}

// A line that begins with a point or an apostrophe would be a request; a bare hyphen would be a dash.
function roff(text) {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '...')
  return escaped.replace(/^([.'])/, '\\&$1')
}
