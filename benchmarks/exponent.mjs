/**
 * How a cost grows with its size: 0 is flat, 1 is linear. The slope of the least-squares line through
 * the logarithms of points `[size, cost]`; `undefined` where there are too few, or one is 0.
 */
export function exponent(points) {
  const logs = points.filter(([x, y]) => x > 0 && y > 0).map((point) => point.map(Math.log))
  if (logs.length < 3) return undefined
  const mean = (axis) => logs.reduce((sum, point) => sum + point[axis], 0) / logs.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const variance = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return covariance / variance
}

export const inWords = (value) => value?.toFixed(2) ?? '-'
