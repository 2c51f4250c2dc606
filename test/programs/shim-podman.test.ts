import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lacks, lacksRoot } from '../needs.js'
import { patience } from '../pace.mjs'
import { root } from '../program.js'
import { FAULTS, starting } from './shim-faults.js'
import { Scene } from './shim-scene.js'
import { STORIES } from './shim-stories.js'
import { insertTable, type Row } from './shim-table.js'

const shim = [join(root, 'dist/cli/sexton-shim.js'), '--compat', 'conmon']
const DOCUMENT = join(root, 'docs', 'shim.md')
const isUpdate = process.env.SEXTON_UPDATE_DOCS === '1'
const isMissing = lacks('podman', 'runc', 'conmon', 'busybox') || lacksRoot()

const rows = new Map<string, Row>()

describe.skipIf(isMissing)("podman on sexton-shim does what it does on Debian's conmon:", () => {
  let [theirs, ours]: Scene[] = []
  beforeAll(() => {
    theirs = new Scene()
    ours = new Scene(shim)
  })
  afterAll(async () => {
    await theirs?.close()
    await ours?.close()
  })

  it.each(Object.entries(STORIES))('%s', async (title, [seen, story, expected]) => {
    const [told, own] = [await story(theirs as Scene), await story(ours as Scene)]
    expect({ told }).toMatchObject({ told: expected })
    expect({ told: own }).toMatchObject({ told: expected })
    rows.set(`podman ${title}`, { conmon: seen, sexton: seen })
  })

  it('run -m tells of a kill for want of memory, where conmon 2.1 does not', async () => {
    const script =
      'x=$(busybox head -c 100000000 /dev/zero | busybox tr "\\0" x); echo $x | busybox wc -c'
    const killed = async (scene: Scene) => {
      const { code } = await scene.run(script, ['--name', 'greedy', '-m', '16m'])
      const text = await scene.text('inspect', '-f', '{{.State.OOMKilled}}', 'greedy')
      return { code, text, isAstray: existsSync(join(scene.folder, 'oom')) }
    }
    expect(await killed(theirs as Scene)).toEqual({ code: 137, text: 'false', isAstray: true })
    expect(await killed(ours as Scene)).toEqual({ code: 137, text: 'true', isAstray: false })
    const [conmon, sexton] = ['exit code 137, OOMKilled false', 'exit code 137, OOMKilled true']
    const because = 'the file `oom` is where podman 4 looks for it'
    rows.set('podman run -m kills for want of memory', { conmon, sexton, because })
  })

  it('run shows a long complaint of the runtime, where conmon adds garbage', async () => {
    const shows = async (scene: Scene) => {
      const { code, stderr } = await scene.complain('e'.repeat(7000))
      return { code, isClear: !stderr.includes('conmon bytes') }
    }
    expect(await shows(theirs as Scene)).toEqual({ code: 126, isClear: false })
    expect(await shows(ours as Scene)).toEqual({ code: 126, isClear: true })
    const [conmon, sexton] = ['the complaint, and an error about JSON', 'the complaint']
    const because = 'messages go in pieces of 4096 bytes, which podman can read'
    rows.set('podman run with a runtime that complains at length', { conmon, sexton, because })
  })
})

describe.skipIf(isMissing)('sexton-shim and conmon, where', () => {
  it.each(Object.entries(FAULTS))('%s', { timeout: patience(60_000) }, async (title, fault) => {
    const { story, because } = fault
    const before = performance.now()
    const sexton = await story(starting(false), new Promise(() => {}))
    const over = delay(2 * (performance.now() - before) + 1000)
    const conmon = await story(starting(true), over)
    await over
    expect({ conmon, sexton }).toEqual({ conmon: fault.conmon, sexton: fault.sexton })
    rows.set(title, { conmon, sexton, because })
  })
})

describe.skipIf(isMissing)('What was seen', () => {
  it('is in docs/shim.md', () => {
    expect(rows.size).toBe(Object.keys(STORIES).length + 2 + Object.keys(FAULTS).length)
    const document = readFileSync(DOCUMENT, 'utf8')
    const wanted = insertTable(document, rows)
    if (isUpdate) writeFileSync(DOCUMENT, wanted)
    else expect(document).toBe(wanted)
  })
})
