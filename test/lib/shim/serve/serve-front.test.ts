import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Front, Reply } from '../../../../lib/shim/serve/front.js'
import type { Hosting } from '../../../../lib/shim/serve/hosting.js'
import { REQUEST_VERSION, requestIn } from '../../../../lib/shim/serve/request.js'
import { serveFront } from '../../../../lib/shim/serve/serve-front.js'
import { makeBundle, optionsIn } from '../shims.js'

/** A request for a container in a bundle. */
function requestFor(bundle: string) {
  const words = optionsIn(bundle, {})
  const texts = [
    String(REQUEST_VERSION),
    bundle,
    '18',
    '1024',
    '1024',
    'conmon',
    String(words.length),
    ...words,
  ]
  return requestIn(Buffer.from(texts.map((text) => `${text}\0`).join('')))
}

/** Serves a front. Whether its container is begun. */
async function isBegun(isThere: boolean): Promise<boolean> {
  const bundle = makeBundle()
  const begun = join(bundle, 'begun')
  const front = { request: async () => requestFor(bundle), reply: (_: Reply) => isThere }
  const begin = () => ({
    live: async (onReady = () => {}) => {
      onReady()
      writeFileSync(begun, '')
      return 0
    },
  })
  await serveFront(front as unknown as Front, { begin } as unknown as Hosting)
  return existsSync(begun)
}

describe('The container of a front', () => {
  it('is begun when the front has its reply', async () => {
    expect(await isBegun(true)).toBe(true)
  })

  it('is not begun if the front has given up before', async () => {
    expect(await isBegun(false)).toBe(false)
  })
})
