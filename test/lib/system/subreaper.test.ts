import { describe, expect, it } from 'vitest'
import { programFile } from '../../program-file.js'

const programs = await programFile<typeof import('./subreaper.program.js')>(
  './subreaper.program.ts',
  import.meta.url,
)

describe('subreaper', () => {
  it('is off, can be on, and can be off again', async () => {
    const states = await programs.evaluate('switchOnAndOff', [])
    expect(states).toEqual([false, true, false])
  })

  it('is for the whole process: what a worker enables, all threads see', async () => {
    const seen = await programs.evaluate('enableInWorker', [])
    expect(seen).toBe(true)
  })

  it('makes orphans ours, and without it they go elsewhere', async () => {
    const adopted = await programs.evaluate('adopt', [])
    expect(adopted).toEqual([false, true])
  })

  it('is not inherited by children', async () => {
    const inherited = await programs.evaluate('lookInChild', [])
    expect(inherited).toBe(false)
  })
})
