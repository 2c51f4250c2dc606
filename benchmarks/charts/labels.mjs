/** Pixels from a label to the next, for letters of 13 pixels. */
export const LINE = 17

/**
 * Moves labels apart: each stays as near to its own line's end as the others let it, and within the chart.
 *
 * @param wanted The pixels at which the lines end. @returns The pixels of the labels, in the same order.
 */
export function placeLabels(wanted, top, bottom) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b)
  const groups = []
  for (const index of order) {
    groups.push({ members: [index], centre: clamp(wanted[index], 1, top, bottom) })
    while (groups.length > 1 && overlap(groups.at(-2), groups.at(-1)))
      merge(groups, wanted, top, bottom)
  }
  const places = []
  for (const { members, centre } of groups) {
    const first = centre - ((members.length - 1) / 2) * LINE
    for (const [i, index] of members.entries()) places[index] = first + i * LINE
  }
  return places
}

function overlap(above, below) {
  return below.centre - above.centre < ((above.members.length + below.members.length) / 2) * LINE
}

function merge(groups, wanted, top, bottom) {
  const members = [groups.at(-2), groups.at(-1)].flatMap((group) => group.members)
  const mean = members.reduce((sum, index) => sum + wanted[index], 0) / members.length
  groups.splice(-2, 2, { members, centre: clamp(mean, members.length, top, bottom) })
}

function clamp(centre, count, top, bottom) {
  const half = ((count - 1) / 2) * LINE
  return Math.max(top + half, Math.min(centre, bottom - half))
}
