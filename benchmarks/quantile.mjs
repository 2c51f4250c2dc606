/** The smallest value that at least `share` of all values do not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)]
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}
