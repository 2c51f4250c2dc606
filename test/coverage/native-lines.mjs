// What gcov has counted in any number of processes, as hits by line of native/.

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Adds the hits of one build to those of others: each leaves out the other's platform. */
export function addNativeLines(folder, files) {
  const objects = join(folder, 'build', 'Release', 'obj.target', 'sexton', 'native')
  const notes = readdirSync(objects, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.gcno'),
  )
  for (const file of notes.flatMap((name) => gcov(folder, join(objects, name)))) {
    const path = relative(folder, join(folder, 'build', file.file))
    if (!path.startsWith('native/')) continue
    const lines = files.get(path) ?? new Map()
    for (const { line_number: line, count } of file.lines) {
      lines.set(line, (lines.get(line) ?? 0) + count)
    }
    files.set(path, lines)
  }
  return files
}

function gcov(folder, notes) {
  const args = ['--json-format', '--stdout', notes]
  const { stdout, stderr, status } = spawnSync('gcov', args, {
    cwd: join(folder, 'build'),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(`gcov ${notes}: ${stderr}`)
  return JSON.parse(stdout).files
}
