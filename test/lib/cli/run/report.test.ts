import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ReportDocument, ReportFile } from '../../../../lib/cli/run/report.js'

const document: ReportDocument = {
  command: ['true', '\u202e'],
  exitCode: 0,
  code: 0,
  signal: null,
  endedBy: 'exit',
  error: null,
  durationMs: 3,
  usage: null,
  survivors: [],
  kept: [],
  limitsHit: [],
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-report-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('A report', () => {
  it('takes the place of an earlier one, and leaves no draft', () => {
    const folder = temporary()
    const path = join(folder, 'report.json')
    writeFileSync(path, 'an earlier one')
    new ReportFile(path).write(document)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(document)
    expect(readdirSync(folder)).toEqual(['report.json'])
  })

  it('is one line of ASCII and letters, whatever the words hold', () => {
    const path = join(temporary(), 'report.json')
    new ReportFile(path).write(document)
    expect(readFileSync(path, 'utf8')).toMatch(/^\{.*\\u202e.*\}\n$/)
  })

  it('is written where a link points', () => {
    const folder = temporary()
    const link = join(folder, 'link')
    writeFileSync(join(folder, 'file'), '')
    symlinkSync('file', link)
    new ReportFile(link).write(document)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'file'), 'utf8')).toMatch(/^\{/)
  })

  it('has an open folder before the command runs, and is no device', () => {
    expect(() => new ReportFile('/dev/null')).toThrow(RangeError)
    expect(() => new ReportFile(temporary())).toThrow(RangeError)
    expect(() => new ReportFile('/no/such/folder/report.json')).toThrow(/ENOENT/)
  })

  it('leaves no draft if it cannot be written', () => {
    const folder = temporary()
    const path = join(folder, 'report.json')
    const file = new ReportFile(path)
    const endless = { ...document, usage: 1n as unknown as null }
    expect(() => file.write(endless)).toThrow(TypeError)
    expect(existsSync(path)).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })
})
