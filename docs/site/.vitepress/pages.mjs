import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

const docs = readdirSync(`${root}/docs`).filter((name) => name.endsWith('.md'))

/** A copy of the pages, at their paths in the repository: what they import must be found from there. */
export const copy = fileURLToPath(new URL('../.pages', import.meta.url))

/** The pages, by their files in the repository. */
export const rewrites = {
  'README.md': 'index.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  'examples/distributed-jobs/README.md': 'distributed-jobs.md',
  ...Object.fromEntries(docs.map((name) => [`docs/${name}`, name])),
}

/** Copies the pages, and the pictures that they show. */
export function copyPages() {
  for (const path of [...Object.keys(rewrites), 'docs/pictures', 'benchmarks/results']) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    cpSync(join(root, path), join(copy, path), {
      recursive: true,
      filter: (file) => !/\/(source|quick)$|results\/.*\.md$/.test(file),
    })
  }
}

const page = (text, link) => ({ text, link })

export const sidebar = [
  {
    text: 'Start',
    items: [page('sexton', '/'), page('Why, and why not', '/why'), page('Manual pages', '/shell')],
  },
  {
    text: 'In a container',
    items: [
      ...[page('pid1', '/pid1'), page('sexton/init', '/init'), page('Inits compared', '/inits')],
      ...[page('sexton tree', '/tree'), page('sexton doctor', '/doctor')],
      ...[page('Kubernetes', '/kubernetes'), page('Metrics', '/metrics')],
      ...[page('An init of your own', '/write-an-init'), page('A shim for podman', '/shim')],
    ],
  },
  {
    text: 'Run commands',
    items: [
      ...[page('run and pipeline', '/running'), page('Jobs', '/jobs'), page('spawn', '/spawn')],
      ...[
        page('A queue of jobs', '/distributed-jobs'),
        page('Libraries compared', '/running-peers'),
      ],
    ],
  },
  {
    text: 'Processes and signals',
    items: [page('Any process', '/processes'), page('Signals, shutting down', '/signals')],
  },
  {
    text: 'How it works',
    items: [
      ...[
        page('Guarantees and limits', '/guarantees'),
        page('Who takes which status', '/ownership'),
      ],
      ...[
        page('Back-ends', '/back-ends'),
        page('Design', '/design'),
        page('Benchmarks', '/benchmarks'),
      ],
      ...[page('Security', '/security'), page('Contributing', '/contributing')],
      ...[page('Changelog', '/changelog'), page('API', '/reference/')],
    ],
  },
]
