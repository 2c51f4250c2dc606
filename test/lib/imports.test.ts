import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../program.js'

// From the top down; a file may import only from rows below its own, or from its own folder.
const LAYERS = [
  ['core'],
  ['index', 'init', 'cli'],
  ['reap-until', 'shutdown', 'exit-hook', 'default-actions'],
  ['leftovers'],
  ['survivors'],
  ['zombies', 'wait-for-exit', 'spawn', 'signals', 'descendants', 'process-handle', 'subreaper'],
  ['pump'],
  ['observation'],
  ['orphans', 'storm'],
  ['reaped'],
  ['reaper'],
  ['owned-child', 'ownership', 'grace'],
  ['exit-watch', 'sender', 'signal-subscriptions', 'end-request', 'worker-notes', 'channels'],
  ['worker-children', 'tracees'],
  [
    'child-signal',
    'onlookers',
    'pid',
    'exit-status',
    'received-signal',
    'event-queue',
    'deadline',
    'keep-alive',
    'worker-exit',
  ],
  ['terminal'],
  ['proc'],
  ['signal-names', 'proc-access'],
  ['binding'],
  ['addon', 'environment', 'abort', 'option-names'],
  [
    'clock',
    'errors',
    'exiting',
    'fifo',
    'package-root',
    'printable',
    'proc-formats',
    'suggestion',
    'visible-listener',
  ],
]

const lib = join(root, 'lib')
const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.c?ts$/.test(name),
)

function unit(file: string): string {
  return (file.split('/')[0] as string).replace(/\.c?[jt]s$/, '')
}

function layer(file: string): number {
  return LAYERS.findIndex((names) => names.includes(unit(file)))
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(lib, file), 'utf8')
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) =>
    normalize(join(dirname(file), match[1] as string)),
  )
}

function mayImport(file: string, imported: string): boolean {
  if (unit(file) === unit(imported)) return true
  return layer(imported) > layer(file)
}

describe('imports', () => {
  it('have a layer for every file', () => {
    expect(files.filter((file) => layer(file) < 0)).toEqual([])
  })

  it('go downward only', () => {
    const upward = files.flatMap((file) =>
      importsOf(file)
        .filter((imported) => !mayImport(file, imported))
        .map((imported) => `${file} imports ${imported}`),
    )
    expect(upward).toEqual([])
  })
})

it('no module is loaded later on, when there may be no descriptor to load it by', () => {
  const importing = files.filter((file) =>
    /^(?!\s*(\*|\/\/)).*\bimport\(/m.test(readFileSync(join(lib, file), 'utf8')),
  )
  expect(importing).toEqual([])
})

it('no module reads `performance`, whose first use loads a dozen of Node’s modules: see lib/clock.ts', () => {
  const readers = files.filter((file) =>
    /\bperformance\./.test(readFileSync(join(lib, file), 'utf8')),
  )
  expect(readers).toEqual([])
})

describe('native includes', () => {
  const native = join(root, 'native')
  const including = (header: string) =>
    readdirSync(native).filter((name) =>
      readFileSync(join(native, name), 'utf8').includes(`#include <${header}>`),
    )

  it('keep libuv in the two files that are about its loop', () => {
    expect(including('uv.h').sort()).toEqual(['loop_poll.h', 'signal_source.h'])
  })

  it('keep Node-API in the glue', () => {
    const glue = /^(addon|args|environment|glue|.*_glue)\.(cc|h)$/
    expect(including('napi.h').filter((name) => !glue.test(name))).toEqual([])
  })
})
