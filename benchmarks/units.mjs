/** A time of so many microseconds, in the unit that suits it. */
export function duration(microseconds) {
  if (microseconds < 1000) return `${microseconds.toFixed(0)} µs`
  if (microseconds < 1e6) return `${(microseconds / 1e3).toFixed(microseconds < 1e4 ? 2 : 1)} ms`
  return `${(microseconds / 1e6).toFixed(2)} s`
}

export const ratio = (value, base) => (base > 0 ? (value / base).toFixed(2) : '-')
