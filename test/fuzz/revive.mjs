// Values that JSON cannot hold, as JSON that can: `{ "$": "NaN" }`, `{ "$bytes": "text" }`. Plain
// JavaScript, as the program that makes native calls uses it too.

const ARRAYS = { $ints: Int32Array, $uints: Uint32Array, $doubles: Float64Array }

/** @type {Record<string, () => unknown>} */
const SINGLE = {
  undefined: () => undefined,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  '-Infinity': () => Number.NEGATIVE_INFINITY,
  '-0': () => -0,
  bigint: () => 5n,
  symbol: () => Symbol('s'),
  function: () => () => {},
  bare: () => Object.create(null),
  date: () => new Date(0),
  room: () => new Float64Array(2048),
  detached: () => {
    const doubles = new Float64Array(2048)
    structuredClone(doubles, { transfer: [doubles.buffer] })
    return doubles
  },
}

export const SINGLE_NAMES = Object.keys(SINGLE)

/**
 * The value that a description stands for.
 *
 * @param {unknown} described
 * @returns {unknown}
 */
export function revive(described) {
  if (typeof described !== 'object' || described === null) return described
  if (Array.isArray(described)) return described.map(revive)
  const [[key, value] = ['', undefined]] = Object.entries(described)
  if (key === '$' && typeof value === 'string' && Object.hasOwn(SINGLE, value))
    return SINGLE[value]()
  if (key === '$bytes' && typeof value === 'string') {
    return Uint8Array.from(Buffer.from(value, 'latin1'))
  }
  if (Object.hasOwn(ARRAYS, key) && Array.isArray(value)) {
    return ARRAYS[key].from(value, (each) => Number(revive(each)))
  }
  return Object.fromEntries(Object.entries(described).map(([name, each]) => [name, revive(each)]))
}
