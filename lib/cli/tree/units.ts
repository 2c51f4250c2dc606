/** Formats a time in at most 6 characters: `42s`, `3m07s`, `5h09m`, `12d03h`, `1234d`. */
export function formatAge(seconds: number): string {
  const whole = Math.floor(seconds)
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return pair(whole, 60, 'm', 1, 's')
  if (whole < 86_400) return pair(whole, 3600, 'h', 60, 'm')
  if (whole < 8_640_000) return pair(whole, 86_400, 'd', 3600, 'h')
  return `${Math.floor(whole / 86_400)}d`
}

function pair(value: number, large: number, name: string, small: number, rest: string): string {
  const remainder = Math.floor((value % large) / small)
  return `${Math.floor(value / large)}${name}${String(remainder).padStart(2, '0')}${rest}`
}

/** Formats a size in at most 5 characters, in powers of 1024: `0K`, `812K`, `12.5M`, `1023M`, `3.2G`. */
export function formatMemory(bytes: number): string {
  let value = bytes / 1024
  let unit = 0
  for (; value >= 1023.5 && unit < 3; unit += 1) value /= 1024
  const digits = unit === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits)}${'KMGT'[unit]}`
}

/** Formats a share of one processor: `0.0`, `99.9`, `100`, `1600`. */
export function formatPercent(percent: number): string {
  return percent.toFixed(percent >= 99.95 ? 0 : 1)
}
