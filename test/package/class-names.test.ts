import { describe, expect, it } from 'vitest'
import { evaluate } from '../program.js'

describe('exported classes', () => {
  it('have the names that they are exported by, also where Node shows them', async () => {
    const names = await evaluate<[exported: string, own: string][]>(`
      import * as sexton from 'sexton'
      import { inspect } from 'node:util'
      const isClass = (value) => typeof value === 'function' && /^class\\b/.test(String(value))
      const classes = Object.entries(sexton).filter(([, value]) => isClass(value))
      const child = sexton.spawn('true')
      const shown = [child, await child.exited, sexton.openProcess(process.pid)]
      console.log(JSON.stringify([
        ...classes.map(([exported, value]) => [exported, value.name]),
        ...shown.map((value) => [value.constructor.name, inspect(value).split(' ')[0]]),
      ]))
      process.exit()`)
    expect(names.length).toBe(19)
    for (const [exported, own] of names) expect(own).toBe(exported)
    expect(names.map(([exported]) => exported)).toContain('ExitStatus')
    expect(names.flat().filter((name) => name.startsWith('_'))).toEqual([])
  })
})
