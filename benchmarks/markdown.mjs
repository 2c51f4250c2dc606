/** A benchmark's report as a section of Markdown; its charts are files beside the results. */
export function toMarkdown({ title, notes, tables, charts }, folder) {
  return [
    `## ${title}`,
    ...notes.map(wrap),
    ...tables.map(markdownTable),
    ...charts.map(({ name, title }) => picture(`${folder}/${name}`, title)),
  ].join('\n\n')
}

/** A picture that has a light and a dark theme: GitHub and VitePress show the reader's. */
function picture(path, title) {
  return `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="${path}-dark.svg">
  <img alt="${title}" src="${path}-light.svg">
</picture>`
}

const WIDTH = 120

/** Breaks a paragraph into lines that the Markdown lint accepts. */
function wrap(text) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines.join('\n')
}

function markdownTable({ head, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = `| --- |${' ---: |'.repeat(head.length - 1)}`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
