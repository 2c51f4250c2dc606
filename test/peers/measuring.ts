import { programFile } from '../program-file.js'
import type { Behaviour } from './behaviour.js'
import { type SubjectName, subjects } from './subject.js'

const file = await programFile<typeof import('./peers.program.js')>(
  './peers.program.js',
  import.meta.url,
)

/** What is seen of each library, in the words of the table. */
export type Row = Readonly<Record<SubjectName, string>>

/** Runs all libraries on a Node: beside each other, as those that hang only wait, unless it must be one by one. */
export async function measure({ title, alone }: Behaviour, node: string): Promise<Row> {
  const row: Partial<Record<SubjectName, string>> = {}
  const fill = async (name: SubjectName) => {
    row[name] = await measureOne(name, title, node)
  }
  if (alone) for (const name of subjects) await fill(name)
  else await Promise.all(subjects.map(fill))
  return row as Row
}

export function measureOne(name: SubjectName, title: string, node: string): Promise<string> {
  const adapter = new URL(`adapters/${name}.mjs`, import.meta.url).href
  return file.evaluate('observe', [adapter, title], { node: [node], timeout: 60_000 })
}
