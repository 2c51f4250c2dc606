import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../eventually.js'
import { at, front } from '../lib/shim/shims.js'
import { lacks, lacksRoot } from '../needs.js'
import { Scene } from './shim-scene.js'
import { STORIES } from './shim-stories.js'

// The stories in which the front and the keeper have a part that the others do not show.
const PART = /^(run (passes|of|-i|--preserve|--log-driver|--sdnotify)|exec|top|stop|create|attach)/

const isMissing = lacks('podman', 'runc', 'busybox') || lacksRoot()

describe.skipIf(isMissing)('podman on a server of sexton-shim, behind its front:', () => {
  let [folder, socket] = ['', '']
  let scene: Scene | undefined
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sexton-'))
    socket = join(folder, 'socket')
    const variables = Object.entries(at(socket)).map((pair) => pair.join('='))
    scene = new Scene(['env', ...variables, front, '--compat', 'conmon'])
  })
  afterAll(async () => {
    await scene?.close()
    await eventually(() => expect(existsSync(socket)).toBe(false))
    rmSync(folder, { recursive: true })
  })

  it.each(Object.entries(STORIES).filter(([title]) => PART.test(title)))(
    '%s',
    async (_title, [, story, expected]) => {
      expect({ told: await story(scene as Scene) }).toMatchObject({ told: expected })
    },
  )
})
