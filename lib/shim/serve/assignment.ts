import { parseArguments } from '../arguments.js'
import { conmonContract } from '../conmon-contract.js'
import type { Contract } from '../contract.js'
import { help } from '../help.js'
import { Log } from '../log.js'
import type { LogSink } from '../log-sink.js'
import { type Manager, ManagerPipe } from '../manager-pipe.js'
import { OPTIONS } from '../options.js'
import { chooseContract } from '../program-name.js'
import { Refusal } from '../refusal.js'
import { checkSettings, type Settings, warningFor } from '../settings.js'
import { openShimmyLog, shimmyContract } from '../shimmy/contract.js'
import { SHIMMY_OPTIONS } from '../shimmy/options.js'
import { checkShimmySettings } from '../shimmy/settings.js'
import { awaitStart } from '../start-pipe.js'
import { descriptorIn } from '../surroundings.js'
import { VERSION_TEXT } from '../version.js'
import type { Request } from './request.js'

/** The shim that a request asks for. */
export interface Assignment {
  /** The name of the program whose contract it is. */
  name: 'conmon' | 'shimmy'
  settings: Settings
  /** The manager's pipe, if it listens. */
  syncPipe: number | undefined
  /** Descriptors of the manager that are needed until the container exists. */
  otherPipes: readonly (number | undefined)[]
  /** A text for the manager's standard error. */
  warning: string
  /** Its log is this one. */
  contract: (manager: Manager) => Contract
  log: LogSink
}

/** A text that is the whole answer to a request, for the standard output. */
export interface Answer {
  answer: string
}

const PIPES = ['_OCI_SYNCPIPE', '_OCI_ATTACHPIPE', '_OCI_STARTPIPE'] as const
const [SYNC] = PIPES

/**
 * Reads what a front was asked for.
 *
 * @throws {Refusal} if an option is wrong, or a log cannot be opened.
 */
export function readAssignment(request: Request): Assignment | Answer {
  const { contract, words } = chooseContract(request.program, request.words)
  return contract === 'shimmy' ? forShimmy(words, request) : forConmon(words, request)
}

function forConmon(words: readonly string[], request: Request): Assignment | Answer {
  const { surroundings, handed } = request
  const values = parseArguments(words, OPTIONS)
  if (values.help) return { answer: help('conmon', OPTIONS) }
  if (values.version) return { answer: VERSION_TEXT }
  const settings = checkSettings(values, surroundings)
  const pipe = (name: string) => descriptorIn(name, surroundings)
  const isNew = surroundings.pid !== 0
  const [syncPipe, attachPipe, startPipe] = isNew ? PIPES.map(pipe) : []
  if (isNew && settings['exec-attach'] && attachPipe === undefined) {
    throw new Refusal('--attach specified but _OCI_ATTACHPIPE was not')
  }
  const log = new Log(settings)
  return {
    ...{ name: 'conmon', settings, syncPipe, warning: warningFor(settings), log },
    otherPipes: [attachPipe, startPipe],
    contract: (sync) => {
      const attached = new ManagerPipe(attachPipe, (fd) => handed.close(fd))
      const pipes = { sync, attached, mayBegin: () => awaitStart(startPipe) }
      return conmonContract({ ...settings, sync: false }, pipes, log)
    },
  }
}

function forShimmy(words: readonly string[], { surroundings }: Request): Assignment | Answer {
  const values = parseArguments(words, SHIMMY_OPTIONS)
  if (values.help) return { answer: help('shimmy', SHIMMY_OPTIONS) }
  const settings = checkShimmySettings(values, surroundings)
  const { syncPipe: named = surroundings.env[SYNC] } = settings
  const isNew = surroundings.pid !== 0
  const env = isNew ? { [SYNC]: named } : {}
  const syncPipe = descriptorIn(SYNC, { ...surroundings, env })
  if (isNew && syncPipe === undefined) {
    throw new Refusal(`required options were not provided: --syncpipe-fd, or ${SYNC}`)
  }
  const log = openShimmyLog(settings)
  return {
    ...{ name: 'shimmy', settings, syncPipe, warning: '', otherPipes: [], log },
    contract: (sync) => shimmyContract(settings, sync, log),
  }
}
