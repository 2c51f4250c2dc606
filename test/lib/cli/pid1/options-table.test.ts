import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../../program.js'
import { renderTable } from './options-table.js'

describe('The table of the keeper’s pid1', () => {
  it('is as lib/cli/pid1 has it', () => {
    const path = join(root, 'native', 'keeper', 'pid1', 'table.h')
    if (process.env.SEXTON_UPDATE_TABLE === '1') writeFileSync(path, renderTable())
    else expect(readFileSync(path, 'utf8')).toBe(renderTable())
  })
})
