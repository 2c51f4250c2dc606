import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../eventually.js'
import { killed, serverAt } from '../lib/shim/servers.js'
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

  it('says that its server is stopped', async () => {
    const podman = scene as Scene
    const name = await podman.detached('sleep 1000')
    const server = serverAt(socket) as number
    process.kill(server, 'SIGSTOP')
    const { code, stderr } = await podman.run('exit 3')
    process.kill(server, 'SIGCONT')
    expect(stderr).toContain('the server is stopped, and SIGCONT continues it')
    expect(code).toBe(126)
    expect(await podman.call(['rm', '-f', '-t', '0', name])).toMatchObject({ code: 0 })
  })

  it('has the code of an exec session whose server is killed', async () => {
    const podman = scene as Scene
    const name = await podman.detached('sleep 1000')
    const script = 'echo >/ready; until [ -e /go ]; do sleep 0.05; done; exit 5'
    const session = podman.begin(['exec', name, 'sh', '-c', script])
    const ready = ['exec', name, 'sh', '-c', 'until [ -e /ready ]; do sleep 0.05; done']
    expect(await podman.call(ready)).toMatchObject({ code: 0 })
    await killed(serverAt(socket) as number)
    // It is begun by the next server, which adopts the session.
    expect(await podman.call(['exec', name, 'sh', '-c', 'echo >/go'])).toMatchObject({ code: 0 })
    expect(await session.ended).toMatchObject({ code: 5 })
    expect(await podman.call(['rm', '-f', '-t', '0', name])).toMatchObject({ code: 0 })
  })
})
