import { basename, join } from 'node:path'
import { expect } from 'vitest'
import { eventually } from '../../../eventually.js'
import type { Runc } from '../../../programs/runc.js'
import {
  at,
  front,
  makeBundle,
  program,
  type Shim,
  type ShimOptions,
  startProgram,
} from '../shims.js'

export interface ShimmyOptions extends Pick<ShimOptions, 'options' | 'prefix' | 'env' | 'server'> {
  runtime?: string
  /** The container's name. */
  id?: string
}

/** The options of a container in a bundle, as conman gives them. */
export function shimmyOptionsIn(bundle: string, { runtime, id }: ShimmyOptions = {}): string[] {
  const inside = (name: string) => join(bundle, name)
  return [
    ...['--shimmy-pidfile', inside('conmon.pid'), '--shimmy-log-level', 'WARNING'],
    ...['--runtime', runtime ?? inside('runtime'), '--bundle', bundle],
    ...['--container-id', id ?? 'c0ffee', '--container-pidfile', inside('pidfile')],
    ...['--container-logfile', inside('ctr.log'), '--container-exitfile', inside('exit')],
    ...['--container-attachfile', inside('attach')],
  ]
}

/** Starts a shimmy. Whatever it leaves ends with the test. */
export function startShimmy(
  settings: ShimmyOptions = {},
  bundle = makeBundle(undefined, settings.server),
): Shim {
  const { server } = settings
  const file = server === undefined ? program : front
  const words = [file, '--compat', 'shimmy', ...shimmyOptionsIn(bundle, settings)]
  const env = { _OCI_SYNCPIPE: '3', ...at(server), ...settings.env }
  return startProgram([...words, ...(settings.options ?? [])], bundle, { ...settings, env })
}

/** Starts a shimmy whose container runs this command, by runc. */
export function startOnRunc(runc: Runc, args: readonly string[]): Shim {
  const bundle = runc.bundle(...args)
  const options = [`--runtime-arg='${runc.option}'`]
  return startShimmy({ runtime: '/usr/sbin/runc', id: basename(bundle), options }, bundle)
}

/** What the manager was told: one message, and then the end of the pipe. */
export async function messageOf(shim: Shim): Promise<unknown> {
  await shim.ended
  return JSON.parse(shim.told())
}

/** The exit file, once it is there, without its time. */
export async function endOf(shim: Shim): Promise<unknown> {
  const { at, ...end } = JSON.parse(await shim.written('exit')) as Record<string, unknown>
  expect(at).toMatch(TIME)
  return end
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00$/

/** The lines of the log, without times, once the container has ended. */
export async function linesOf(shim: Shim): Promise<string[]> {
  await endOf(shim)
  const lines = shim.read('ctr.log').split('\n').slice(0, -1)
  for (const line of lines) expect(line.split(' ')[0]).toMatch(TIME)
  return lines.map((line) => line.replace(/^\S+ /, ''))
}

/** Resolves when the log contains this. */
export async function logged(shim: Shim, text: string): Promise<void> {
  await eventually(() => expect(shim.read('ctr.log')).toContain(text))
}
