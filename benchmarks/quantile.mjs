/** The smallest value that at least `share` of all values do not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)]
}

/** What a table or a chart tells of samples. */
export function summaryOf(samples) {
  const [low, median, high, p99] = [0.25, 0.5, 0.75, 0.99].map((share) => quantile(samples, share))
  return { low, median, high, p99 }
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}
