import { quantile } from './quantile.mjs'

/**
 * How one compares with another, round by round: the samples of each round as a list, or one alone. What slows
 * a whole round down does not count. The median of the rounds' ratios, and their quartiles.
 */
export function compare(rounds, baseline) {
  const middle = (samples) => quantile([samples].flat(), 0.5)
  const ratios = rounds.map((samples, i) => middle(samples) / middle(baseline[i]))
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share))
  return { median, low, high }
}

/** `1.02 (0.95–1.10)` */
export function inQuartiles(comparison) {
  if (comparison === undefined) return '-'
  const { median, low, high } = comparison
  const digits = median < 10 ? 2 : 1
  return `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}

/** How many times as fast, from how many times as long. */
export function inverse({ median, low, high }) {
  return { median: 1 / median, low: 1 / high, high: 1 / low }
}
