// How a chart writes its values: in the units that people say.

const SPACE = '\u202f' // narrow, and lines do not break at it

/** 10 000 */
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, SPACE)

function counted(value) {
  return value >= 10 || Number.isInteger(value)
    ? grouped(Math.round(value))
    : String(shortened(value))
}

const shortened = (value) => Number(value.toPrecision(value >= 100 ? 3 : 2))

const inUnits =
  (...units) =>
  (value) => {
    if (value === 0) return '0'
    const [size, unit] = units.findLast(([least]) => value >= least) ?? units[0]
    return `${counted(shortened(value / size))}${SPACE}${unit}`
  }

/** By name of a quantity: what is written for a value. */
export const QUANTITIES = {
  microseconds: inUnits([1, 'µs'], [1e3, 'ms'], [1e6, 's']),
  megabytes: inUnits([1, 'MB'], [1e3, 'GB']),
  percent: (value) => (value === 0 ? '0' : `${counted(shortened(value))}${SPACE}%`),
  count: counted,
}
