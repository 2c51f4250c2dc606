/** The end of an error message, if the given word nearly equals a known one: `; did you mean '--json'?`. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = known
    .map((candidate) => ({ candidate, distance: distance(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= tolerance(candidate))
    .sort((a, b) => a.distance - b.distance)[0]
  return near === undefined ? '' : `; did you mean '${near.candidate}'?`
}

// The largest distance of a near word: a third of its letters. With more, any two short words would be near.
function tolerance(word: string): number {
  return Math.ceil(word.replace(/^-+/, '').length / 3)
}

// The Levenshtein distance, computed row by row.
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}
