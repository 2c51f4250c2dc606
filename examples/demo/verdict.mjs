/** What the runs have shown, in words; `shown`: whether it is what the demo claims. */
export function judge(contestants) {
  const [plain, init] = contestants
  const failure = objection(plain, init)
  const conclusion =
    failure ??
    `Plain Node waits only for its own children and left ${plain.zombies} zombies; pid1 left none.`
  return {
    shown: failure === undefined,
    lines: [...contestants.map(summary), '', conclusion],
  }
}

function summary({ title, peak, zombies, status }) {
  const end = status.signal ?? `exit code ${status.code}`
  return `${title.padEnd(21)} peak ${peak}, remaining ${zombies} zombies, ${end}`
}

function objection(plain, init) {
  const broken = [plain, init].find(({ complete, status }) => !complete || !status.success)
  if (broken !== undefined) return `Nothing shown: '${broken.title}' did not run to its end.`
  if (plain.zombies === 0) return 'Not as claimed: plain Node left no zombies either.'
  if (init.zombies > 0) return `Not as claimed: pid1 left ${init.zombies} zombies.`
  return undefined
}
