import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pictures } from '../../docs/pictures/source/draw.mjs'
import { root } from '../program.js'

const folder = join(root, 'docs', 'pictures')

it('The pictures are drawn anew: npm run pictures', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.svg'))
  expect(files.sort()).toEqual([...pictures().keys()].sort())
  for (const [name, svg] of pictures()) {
    expect(readFileSync(join(folder, name), 'utf8') === svg, name).toBe(true)
  }
})
