import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../program.js'

/** A block of code of a document. */
export interface Block {
  /** The document and the heading above the block, and from the second block on below that its number. */
  name: string
  /** What the document says after the three backticks. */
  language: string
  text: string
}

/** The documents whose code is checked. */
export const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** The blocks of code of a document, in their order. */
export function blocksOf(document: string): Block[] {
  return parseBlocks(document, readFileSync(join(root, document), 'utf8'))
}

/** Splits a document of Markdown into its blocks of code. */
export function parseBlocks(document: string, markdown: string): Block[] {
  const counts = new Map<string, number>()
  let heading = ''
  const blocks: Block[] = []
  for (const [, title, language = '', text] of markdown.matchAll(
    /^#+ (.*)$|^```(.*)\n([\s\S]*?)^```$/gm,
  )) {
    if (title !== undefined) heading = title
    if (text === undefined) continue
    const place = `${document}, ${heading}`
    const count = (counts.get(place) ?? 0) + 1
    counts.set(place, count)
    blocks.push({ name: count === 1 ? place : `${place} (${count})`, language, text })
  }
  return blocks
}
