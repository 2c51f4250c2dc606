import { programFile } from '../program-file.js'
import type { Behaviour } from './behaviour.js'
import { type SubjectName, subjects } from './subject.js'

const file = await programFile<typeof import('./peers.program.js')>(
  './peers.program.js',
  import.meta.url,
)

/** What is seen of each library, in the words of the table. */
export type Row = Readonly<Record<SubjectName, string>>

/** Runs all libraries on a Node, one after the other: their times would be each other's. */
export async function measure({ title }: Behaviour, node: string): Promise<Row> {
  const row: Partial<Record<SubjectName, string>> = {}
  for (const name of subjects) row[name] = await measureOne(name, title, node)
  return row as Row
}

export function measureOne(name: SubjectName, title: string, node: string): Promise<string> {
  const adapter = new URL(`adapters/${name}.mjs`, import.meta.url).href
  return file.evaluate('observe', [adapter, title], { node: [node], timeout: 60_000 })
}
