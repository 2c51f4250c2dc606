import { describe, expect, it } from 'vitest'
import { patience } from '../pace.mjs'
import { run } from '../program.js'
import { buildCopy, type Exercise, exercise } from './build.js'

const ALL = ['spawn', 'failures', 'raw', 'strangers', 'orphans', 'signals', 'workers']

const builds = [
  {
    name: 'the Linux files',
    back: 'pidfd',
    variables: ['-Dsexton_asan=1'],
    parts: ALL,
  },
  {
    name: 'the portable files',
    back: 'sigchld',
    variables: ['-Dsexton_asan=1', '-Dsexton_portable=1'],
    parts: ALL.filter((part) => part !== 'orphans'),
  },
]

/** Runs the exercise with the sanitizer's library in front of the C library. */
async function runSanitized(folder: string, back: string, parts: readonly string[]) {
  const { stdout: library } = await run(['gcc', '-print-file-name=libasan.so'])
  const env = {
    SEXTON_BACKEND: back,
    LD_PRELOAD: library.trim(),
    // Node has no frame pointers: only the slow unwinder finds the way through it.
    ASAN_OPTIONS: 'detect_leaks=1:fast_unwind_on_malloc=0:symbolize=1',
    LSAN_OPTIONS: 'exitcode=0',
  }
  return run(exercise(folder, ...parts), { env, timeout: 60_000 })
}

const OURS = /\/native\/\w+\/\w+\.(cc|h):|sexton\.node/

/**
 * The leaks that are ours. One report is one place of allocation with all its callers. Node may well
 * lose memory of its own at its end; a report is ours if any of its callers is, for then Node
 * allocated on our behalf (a reference, a hook) and giving it back was our affair.
 */
function ownLeaks(report: string): string[] {
  return report
    .split(/^(?=(?:Direct|Indirect) leak of )/m)
    .filter((block) => / leak of /.test(block) && OURS.test(block))
    .map((block) => block.split('\n').filter((line) => / leak of /.test(line) || OURS.test(line)))
    .map((lines) => lines.join('\n'))
}

describe('Under AddressSanitizer', () => {
  it.each(builds)(
    '$name make no error and lose no memory',
    { timeout: patience(110_000) },
    async (build) => {
      const { back, variables, parts } = build
      const folder = await buildCopy(variables)
      const { code, stdout, stderr } = await runSanitized(folder, back, parts)
      expect(stderr).not.toContain('ERROR: AddressSanitizer')
      expect(JSON.parse(stdout) as Exercise).toEqual(
        Object.fromEntries(parts.map((part) => [part, true])),
      )
      expect(ownLeaks(stderr)).toEqual([])
      expect(code).toBe(0)
    },
  )
})
