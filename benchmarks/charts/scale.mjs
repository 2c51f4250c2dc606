/** Pixels between 0, which a logarithm does not have, and the least value that it has. */
const BREAK = 26

/**
 * A logarithmic axis from pixel `from` to pixel `to`. A 0 among the values lies at its beginning, beyond a break.
 *
 * @returns `at`, the pixel of a value; `ticks`, the values to write beside it; `breakAt`, the pixel of the break, if any.
 */
export function scaleOf(values, from, to) {
  const positive = values.filter((value) => value > 0)
  const hasZero = positive.length < values.length
  const [least, most] = boundsOf(positive)
  const begin = hasZero ? from + Math.sign(to - from) * BREAK : from
  const share = (value) => Math.log(value / least) / Math.log(most / least)
  const at = (value) => round(value > 0 ? begin + share(value) * (to - begin) : from)
  const ticks = [...(hasZero ? [0] : []), ...ticksOf(least, most)]
  return { at, ticks, breakAt: hasZero ? (from + begin) / 2 : undefined }
}

/** The next of 1, 2, 5, 10 and so on that are not within the values. */
function boundsOf(values) {
  if (values.length === 0) return [1, 10]
  const steps = stepsAround(Math.min(...values), Math.max(...values))
  const least = steps.findLast((step) => step <= Math.min(...values))
  const most = steps.find((step) => step >= Math.max(...values))
  return least < most ? [least, most] : [least, least * 10]
}

function ticksOf(least, most) {
  const steps = stepsAround(least, most).filter((step) => step >= least && step <= most)
  const decades = steps.filter((step) => Number.isInteger(Math.log10(step)))
  return decades.length > 2 ? decades : steps
}

function stepsAround(least, most) {
  const steps = []
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power += 1)
    steps.push(...[1, 2, 5].map((digit) => Number(`${digit}e${power}`)))
  return steps
}

export const round = (value) => Math.round(value * 10) / 10
