// How slow this machine is, and the deadlines and sizes of the tests that follow from it.
//
// A deadline only decides how long a failure takes to show, so it is generous: a multiple of what the machine
// needs. vitest.config.ts calibrates once for each run, before any test, and hands the result on by the
// environment, so that workers and programs know it.

import { spawnSync } from 'node:child_process'

const VARIABLE = 'SEXTON_TEST_SLOWNESS'

// Milliseconds on a usual machine with two cores.
const USUAL = { exec: 1.5, node: 50, storm: 250 }

// The machine may become slower after the calibration: the tests themselves run beside each other.
const MARGIN = 3

const STORM = 'i=0; while [ $i -lt 1000 ]; do (:)& i=$((i+1)); done; wait'

/** Measures the machine, unless a runner above has done so, and remembers the result. */
export function calibrate() {
  process.env[VARIABLE] ??= String(measure())
}

/** How many times slower this machine is than a usual one at its slowest task; at least 1. */
export const slowness = () => Number(process.env[VARIABLE] ?? 1)

/** The milliseconds to wait for an event that takes a usual machine at most `usual` milliseconds. */
export const patience = (usual) => Math.ceil(usual * slowness() * MARGIN)

/** The size of a story that a usual machine does with `usual` processes; `least` still tells the story. */
export const sized = (usual, least) => Math.max(least, Math.round(usual / slowness()))

function measure() {
  const ratios = [
    timeOf(20, 'true') / USUAL.exec,
    timeOf(3, process.execPath, '--eval', '0') / USUAL.node,
    timeOf(1, 'sh', '-c', STORM) / USUAL.storm,
  ]
  return Math.max(1, ...ratios)
}

function timeOf(times, file, ...args) {
  const start = performance.now()
  for (let i = 0; i < times; i += 1) spawnSync(file, args, { stdio: 'ignore', env: environment() })
  return (performance.now() - start) / times
}

// NODE_EXTRA_CA_CERTS triples Node's start-up, and NODE_V8_COVERAGE would count this.
function environment() {
  const { NODE_EXTRA_CA_CERTS: _, NODE_V8_COVERAGE: __, ...rest } = process.env
  return rest
}
