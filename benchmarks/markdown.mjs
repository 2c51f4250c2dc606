/** A benchmark's report as a section of Markdown; its charts are files beside the results. */
export function toMarkdown({ title, notes, tables, charts }, folder) {
  return [
    `## ${title}`,
    ...notes,
    ...tables.map(markdownTable),
    ...charts.map(({ name, title }) => `![${title}](${folder}/${name}.svg)`),
  ].join('\n\n')
}

function markdownTable({ head, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = `| --- |${' ---: |'.repeat(head.length - 1)}`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
