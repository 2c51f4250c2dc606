/** Rows of text in columns: the first to the left, the others, which are figures, to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')
  const [head, ...body] = rows.map(line)
  return [head, '-'.repeat(head.length), ...body].join('\n')
}
