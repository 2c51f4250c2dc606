// Draws the pictures of README and docs/:
//
//   npm run pictures [-- --record]
//
// --record runs the programs anew, as root; otherwise their last output is drawn again. A test compares the pictures
// with what this draws.

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { drawBadges } from './badge-picture.mjs'
import { drawChoices } from './choice-picture.mjs'
import { DIAGRAMS } from './diagrams.mjs'
import { drawTerminal } from './terminal-picture.mjs'
import { THEMES } from './themes.mjs'

const RECORDINGS = new URL('recordings.json', import.meta.url)

const TERMINALS = {
  demo: {
    title: 'npm run demo: plain Node as PID 1 keeps every orphan as a zombie; pid1 keeps none',
    prompt: 'npm run demo',
    columns: 100,
    isAnimated: true,
  },
  tree: {
    title: 'sexton tree: two zombies, and the process that keeps them; an orphan',
    prompt: 'docker exec web sexton tree',
    columns: 100,
    isAnimated: false,
  },
}

/** All pictures, by the names of their files. */
export function pictures() {
  const recordings = JSON.parse(readFileSync(RECORDINGS, 'utf8'))
  const files = [['badges.svg', drawBadges()]]
  for (const [theme, colours] of Object.entries(THEMES)) {
    for (const [name, terminal] of Object.entries(TERMINALS)) {
      const output = recordings[name]
      files.push([`${name}-${theme}.svg`, drawTerminal({ ...terminal, output }, colours)])
    }
    files.push([`choices-${theme}.svg`, drawChoices(colours)])
    for (const [name, draw] of Object.entries(DIAGRAMS)) {
      files.push([`${name}-${theme}.svg`, draw(colours)])
    }
  }
  return new Map(files)
}

async function record() {
  const { recordDemo, recordTree } = await import('./record.mjs')
  const recordings = { demo: await recordDemo(), tree: await recordTree() }
  writeFileSync(RECORDINGS, `${JSON.stringify(recordings, null, 1)}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { record: { type: 'boolean' } } })
  if (values.record) await record()
  for (const [name, svg] of pictures()) writeFileSync(new URL(`../${name}`, import.meta.url), svg)
}
