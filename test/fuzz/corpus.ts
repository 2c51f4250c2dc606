import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../program.js'

const folder = (target: string) => join(root, 'test', 'fuzz', 'corpus', target)

/** The inputs that once showed an error, or are there to cover a case, by name of their file. */
export function corpus(target: string): { name: string; input: unknown }[] {
  const path = folder(target)
  if (!existsSync(path)) return []
  return readdirSync(path).map((name) => {
    return { name, input: JSON.parse(readFileSync(join(path, name), 'utf8')) }
  })
}

/** Puts an input into the corpus; gives its path. */
export function keep(target: string, input: unknown): string {
  const json = `${JSON.stringify(input, null, 2)}\n`
  const digest = createHash('sha256').update(json).digest('hex').slice(0, 8)
  mkdirSync(folder(target), { recursive: true })
  const path = join(folder(target), `${digest}.json`)
  writeFileSync(path, json)
  return path
}
