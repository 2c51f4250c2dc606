import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../../program.js'

/** The links of a document to files and headings of this project that are not there. */
export function brokenLinks(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8')
  const links = [...text.matchAll(/(?:\]\(|\bsrc(?:set)?=")([^)"]+)/g)].map(
    ([, link]) => link as string,
  )
  return links
    .filter((link) => !/^https?:/.test(link) && !isThere(document, link))
    .map((link) => `${document}: ${link}`)
}

function isThere(document: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const path = file === '' ? join(root, document) : join(root, dirname(document), file)
  if (!existsSync(path)) return false
  return anchor === undefined || anchorsOf(readFileSync(path, 'utf8')).includes(anchor)
}

function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    (title as string)
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
