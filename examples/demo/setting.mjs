import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { spawn } from 'sexton'

const NAMESPACE = ['unshare', '--fork', '--pid', '--mount-proc', '--kill-child']
// For root, and then for everyone else: in a user namespace of one's own, one is root.
const WAYS = [NAMESPACE, [...NAMESPACE, '--user', '--map-root-user']]

/** How many orphans each run of the program leaves. */
export const ORPHANS = 300

const pathOf = (file) => fileURLToPath(new URL(file, import.meta.url))
const PROGRAM = [process.execPath, pathOf('orphan-maker.mjs'), String(ORPHANS)]
const CARELESS_SUBREAPER = [process.execPath, pathOf('careless-subreaper.mjs'), String(ORPHANS)]
const PID1 = [pathOf('../../bin/pid1')]

/** Two PID namespaces where they are permitted, two subreapers where not. */
export async function chooseSetting() {
  let refusal = ''
  for (const way of WAYS) {
    refusal = await tryOut(way)
    if (refusal === '') return inNamespaces(way)
  }
  return underSubreapers(refusal)
}

function inNamespaces(way) {
  return {
    isolated: true,
    explanation:
      'The same program runs in two PID namespaces: under plain Node as PID 1, and under pid1.\n' +
      `It leaves ${ORPHANS} orphans behind, which the kernel gives to PID 1. Who reaps them?`,
    entries: [
      { title: 'plain Node as PID 1', command: [...way, '--', ...PROGRAM] },
      { title: 'pid1 as PID 1', command: [...way, '--', ...PID1, '--', ...PROGRAM] },
    ],
  }
}

function underSubreapers(refusal) {
  return {
    isolated: false,
    explanation:
      `No PID namespace can be made here (${refusal}).\n` +
      'So instead of PID 1 two subreapers (PR_SET_CHILD_SUBREAPER) get the orphans: plain Node, and\n' +
      `'pid1 -s'. Each runs the same program, which leaves ${ORPHANS} orphans behind. Who reaps them?`,
    entries: [
      { title: 'plain Node, subreaper', command: CARELESS_SUBREAPER },
      { title: 'pid1 -s', command: [...PID1, '-s', '--', ...PROGRAM] },
    ],
  }
}

// Why the way is barred, or nothing if it is open. Only trying tells: kernels, containers and
// security modules each have settings of their own for it.
async function tryOut([file, ...args]) {
  const probe = spawn(file, [...args, '--', 'true'], { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    // What could not be started has no streams.
    const reading = probe.stderr === null ? '' : text(probe.stderr)
    const [complaint, status] = await Promise.all([reading, probe.exited])
    return status.success ? '' : complaint.trim().split('\n')[0] || `${file}: ${status.code}`
  } catch (error) {
    return error.message
  }
}
