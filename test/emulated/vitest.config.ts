import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import plain from '../../vitest.config.js'
import { patience } from '../pace.mjs'

// vitest starts its workers by it.
process.execPath = process.env.SEXTON_EMULATED_NODE as string

// What QEMU 7.2 does not do as a kernel does, and the tests of that.
const REFUSED = [
  // CLONE_PIDFD, waits by pidfd, the exit status of strangers.
  ...['test/native/{exit-source,pidfd,spawn,spawn-failure,wait}.test.ts'],
  // Subreapers, and with them orphans.
  ...[
    'test/lib/system/subreaper.test.ts',
    'test/lib/waiting/{reap-until,wait-for-exit-orphans}.test.ts',
    'test/lib/reaping/zombies*.test.ts',
  ],
  // Dispositions: it has handlers of its own for every signal, and /proc tells of those.
  ...['test/native/{child-signal,signals}.test.ts', 'test/lib/signals/signals-closing.test.ts'],
  // Other users' programs, preloaded libraries and strace are this machine's, and see the emulator.
  ...['test/lib/exit/backend.test.ts', 'test/regressions/{signals,terminal}.test.ts'],
  // It is about the sources, which are not copied.
  'test/lib/{imports,names}.test.ts',
]
const ALONE = [
  "comes with its sender's user, and how it was sent",
  '1000 by 10 senders', // realtime signals are few
  'is where the child is born', // clone3
  'clone that fails is named',
  'hands the terminal over',
  "are this process's by default", // `sh` of this machine is asked by the emulator's pid
  'can be its own group in our session',
  'realtime signals too',
  'starts with the signals blocked that are to be',
  'a debugger holds the dead process',
  'keeps its command line under a process title',
]
const escaped = ALONE.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))

export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    ...plain.test,
    setupFiles: ['test/emulated/setup.ts', 'test/setup.ts'],
    include: ['test/{lib,native,regressions}/**/*.test.ts'],
    exclude: [...REFUSED, 'test/native/{portable,sanitizer,teardown}.test.ts'],
    testNamePattern: new RegExp(`^(?!.*(${escaped.join('|')}))`),
    testTimeout: patience(120_000),
  },
})
