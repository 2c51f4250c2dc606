/** The options that were asked for: an `undefined` one would replace a default of some libraries. */
export function defined(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
