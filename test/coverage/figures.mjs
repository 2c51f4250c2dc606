// Lines by file as figures: a table, a file for tools (LCOV), and whether it is enough.

/** `{ covered, total, percent, missing }` of lines with hits; lines without any are `missing`. */
function figure(lines) {
  const missing = [...lines].filter(([, hits]) => hits === 0).map(([line]) => line)
  const covered = lines.size - missing.length
  return { covered, total: lines.size, missing: missing.sort((a, b) => a - b) }
}

const percent = ({ covered, total }) => (total === 0 ? 100 : (covered / total) * 100)

// `1-3 7`; a gap of lines that do not count is no gap.
function ranges(missing, lines) {
  const counted = [...lines.keys()].sort((a, b) => a - b)
  const parts = []
  for (const line of missing) {
    const last = parts.at(-1)
    if (last !== undefined && counted.indexOf(line) === counted.indexOf(last[1]) + 1) last[1] = line
    else parts.push([line, line])
  }
  return parts.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(' ')
}

/** Prints a line for each file that is not covered whole, then the sum; gives whether that is enough. */
export function print(name, files, threshold) {
  const sum = { covered: 0, total: 0 }
  console.log(`\n${name}: lines that no test has run`)
  for (const [path, lines] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const one = figure(lines)
    sum.covered += one.covered
    sum.total += one.total
    if (one.missing.length === 0) continue
    console.log(`  ${percent(one).toFixed(1).padStart(5)}  ${path}: ${ranges(one.missing, lines)}`)
  }
  const reached = percent(sum) >= threshold
  const counts = `${percent(sum).toFixed(2)} % of lines (${sum.covered} of ${sum.total})`
  console.log(`${name}: ${counts}, ${reached ? 'and' : 'BUT'} ${threshold} % are asked for`)
  return reached
}

/** The LCOV tracefile, which editors and CI services read. */
export function lcov(files) {
  return [...files]
    .map(([path, lines]) => {
      const data = [...lines].sort(([a], [b]) => a - b).map(([line, hits]) => `DA:${line},${hits}`)
      const { covered, total } = figure(lines)
      return [`SF:${path}`, ...data, `LF:${total}`, `LH:${covered}`, 'end_of_record', ''].join('\n')
    })
    .join('')
}
