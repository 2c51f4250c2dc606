/** They take turns, and each begins a round once: what the one before has left behind falls on all alike. */
export function rotated(names, by) {
  const at = by % names.length
  return [...names.slice(at), ...names.slice(0, at)]
}
