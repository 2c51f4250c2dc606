import { beforeEach, describe, expect, it, vi } from 'vitest'

// The numbers of macOS, where they differ from those of Linux.
const MAC = vi.hoisted(() => ({ SIGSTOP: 17, SIGTSTP: 18, SIGCONT: 19, SIGTTIN: 21, SIGTTOU: 22 }))

vi.mock('node:os', async (original) => {
  const os = await original<typeof import('node:os')>()
  return { ...os, constants: { ...os.constants, signals: { ...os.constants.signals, ...MAC } } }
})

const { personaOf } = await import('../../lib/cli/pid1/persona.js')
const { Forwarding } = await import('../../lib/cli/pid1/forwarding.js')

type Parts = ConstructorParameters<typeof Forwarding>

const origin = { pid: 1, uid: 0, code: 'SI_USER' }
let sent: number[]
let did: string[]

/** A forwarding to a command in its own session. */
function forwarding() {
  const command = { pid: 5, ownGroup: true, send: (signal: number) => sent.push(signal) > 0 }
  const settings = { rewrites: new Map(), target: 'session', persona: personaOf('none') }
  const job = { resume: () => did.push('resume') > 0, suspend: () => did.push('suspend') }
  const report = { say: () => {}, event: () => {}, warn: () => {} }
  return new Forwarding(...([command, settings, job, report] as unknown as Parts))
}

beforeEach(() => {
  sent = []
  did = []
})

describe('pid1 on a system with other signal numbers', () => {
  it('swallows the stops that its persona swallows', () => {
    expect(personaOf('catatonit')?.swallows).toEqual([MAC.SIGTSTP, MAC.SIGTTIN, MAC.SIGTTOU])
    expect(personaOf('tini')?.swallows).toEqual([MAC.SIGTTIN, MAC.SIGTTOU])
  })

  it('sends the stop that a session obeys', () => {
    forwarding().receive({ name: 'SIGTSTP', number: MAC.SIGTSTP, origin })
    expect({ sent, did }).toEqual({ sent: [MAC.SIGSTOP], did: ['suspend'] })
  })

  it('resumes the command on SIGCONT', () => {
    forwarding().receive({ name: 'SIGCONT', number: MAC.SIGCONT, origin })
    expect({ sent, did }).toEqual({ sent: [], did: ['resume'] })
  })
})
