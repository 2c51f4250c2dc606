import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOMS as ROOMS_DIAGRAM } from '../../docs/pictures/source/diagrams.mjs'
import { root } from '../program.js'

// What each room may import, besides its own files.
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  system: ['base'],
  exit: ['system', 'base'],
  signals: ['system', 'base'],
  reaping: ['exit', 'system', 'base'],
  spawn: ['reaping', 'exit', 'system', 'base'],
  waiting: ['reaping', 'exit', 'system', 'base'],
  keeper: ['spawn', 'reaping', 'exit', 'system', 'base'],
  job: ['keeper', 'spawn', 'reaping', 'exit', 'system', 'base'],
  init: ['reaping', 'signals', 'exit', 'system', 'base'],
  metrics: ['job', 'keeper', 'spawn', 'reaping', 'exit', 'system', 'base'],
  shim: ['keeper', 'spawn', 'reaping', 'signals', 'exit', 'system', 'base'],
  cli: [
    'shim',
    'metrics',
    'job',
    'keeper',
    'init',
    'waiting',
    'spawn',
    'reaping',
    'signals',
    'exit',
    'system',
    'base',
  ],
}
// Files of no room: they export what the rooms have.
const FACES = ['core.ts', 'index.ts', 'init.ts', 'metrics.ts']

const lib = join(root, 'lib')
const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.c?ts$/.test(name),
)

function roomOf(file: string): string | undefined {
  const [room] = file.split('/')
  return room !== undefined && Object.hasOwn(ROOMS, room) ? room : undefined
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(lib, file), 'utf8')
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) =>
    normalize(join(dirname(file), match[1] as string)),
  )
}

function mayImport(room: string, imported: string): boolean {
  const other = roomOf(imported)
  return other === room || (other !== undefined && ROOMS[room]?.includes(other) === true)
}

describe('The rooms of lib/', () => {
  it('hold every file but the faces', () => {
    expect(files.filter((file) => roomOf(file) === undefined).sort()).toEqual(FACES)
  })

  it('import downward only', () => {
    const upward = files.flatMap((file) => {
      const room = roomOf(file)
      const wrong = room === undefined ? [] : importsOf(file).filter((one) => !mayImport(room, one))
      return wrong.map((imported) => `${file} imports ${imported}`)
    })
    expect(upward).toEqual([])
  })

  it('stand in the import table of CONTRIBUTING.md', () => {
    const table = Object.entries(ROOMS).map(([room, others]) => {
      return `\`${room}\`: ${others.map((name) => `\`${name}\``).join(', ') || 'nothing'}`
    })
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
    const rows = [...text.matchAll(/^\| (`\w+`) \| [^|]+ \| ([^|]+) \|$/gm)].map(
      ([, room, others]) => `${room}: ${others}`,
    )
    expect(rows).toEqual(table)
  })

  it('are drawn in docs/design.md', () => {
    const text = readFileSync(join(root, 'docs', 'design.md'), 'utf8')
    expect(text).toContain('src="pictures/rooms-light.svg"')
    const arrows = ROOMS_DIAGRAM.arrows.map(([from, to]) => [from, to] as const)
    const below = (room: string): string[] => {
      const next = arrows.filter(([from]) => from === room).map(([, to]) => to as string)
      return [...new Set(next.flatMap((one) => [one, ...below(one)]))]
    }
    for (const [room, others] of Object.entries(ROOMS)) {
      expect(below(room).sort(), room).toEqual([...others].sort())
    }
  })
})

it('takes a wait status in the reaper alone', () => {
  const takes = /\bbinding\.(wait\((?![^)]*\bbinding\.peek\b)|discard)/
  const takers = files.filter((file) => takes.test(readFileSync(join(lib, file), 'utf8')))
  expect(takers).toEqual(['reaping/reaper.ts'])
})

it('imports nothing later, when no descriptor may be left', () => {
  const importing = files.filter((file) =>
    /^(?!\s*(\*|\/\/)).*\bimport\(/m.test(readFileSync(join(lib, file), 'utf8')),
  )
  expect(importing).toEqual([])
})

it('reads `performance` nowhere: it loads a dozen of Node’s modules', () => {
  const readers = files.filter((file) =>
    /\bperformance\./.test(readFileSync(join(lib, file), 'utf8')),
  )
  expect(readers).toEqual([])
})

// What each room of native/ may include, besides its own files.
const NATIVE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  signals: ['platform'],
  wait: ['platform'],
  spawn: ['wait', 'platform'],
  node: ['spawn', 'wait', 'signals', 'platform'],
  keeper: ['spawn', 'wait', 'platform'],
  'keeper/pid1': ['keeper', 'spawn', 'wait', 'platform'],
  front: ['keeper', 'platform'],
}

describe('The rooms of native/', () => {
  const native = join(root, 'native')
  const sources = readdirSync(native, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.\w+$/.test(name),
  )
  const read = (name: string) => readFileSync(join(native, name), 'utf8')
  const including = (header: string) =>
    sources.filter((name) => read(name).includes(`#include <${header}>`)).sort()

  it('hold every file but the one that builds them', () => {
    const others = sources.filter((name) => NATIVE_ROOMS[dirname(name)] === undefined)
    expect(others).toEqual(['binding.gyp'])
  })

  it('include downward only', () => {
    const upward = sources.flatMap((name) => {
      const room = dirname(name)
      const included = [...read(name).matchAll(/^#include "([^"]+)"/gm)].map((match) => match[1])
      return included
        .filter((header = '') => ![room, ...(NATIVE_ROOMS[room] ?? [])].includes(dirname(header)))
        .map((header) => `${name} includes ${header}`)
    })
    expect(upward).toEqual([])
  })

  it('name libuv in the two files that are about its loop', () => {
    expect(including('uv.h')).toEqual(['node/loop_poll.h', 'signals/source.h'])
  })

  it('name Node-API in node/ alone', () => {
    expect(including('napi.h').filter((name) => dirname(name) !== 'node')).toEqual([])
  })

  it('choose a platform outside of functions', () => {
    expect(sources.flatMap((name) => conditionsInFunctions(read(name)))).toEqual([])
  })
})

// A function ends with a brace in the first column, as clang-format lays it out.
function conditionsInFunctions(source: string): string[] {
  let inside = false
  return source.split('\n').filter((line) => {
    if (/\)( const)?( noexcept)? \{$/.test(line)) inside = true
    if (line.startsWith('}')) inside = false
    return inside && /^#\s*(if|el|endif)/.test(line)
  })
}
