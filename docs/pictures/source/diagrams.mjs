import { drawEndings } from './ending-picture.mjs'
import { drawFlow } from './flow-picture.mjs'
import { drawSequence } from './sequence-picture.mjs'

const LEFT = 2
const ALL = 436

const OWNERS = {
  title: 'Who takes which wait status',
  description:
    "The kernel gives a wait status away once. The reaper takes that of a child of sexton's spawn, of an adopted orphan and of a child whose owner has gone. libuv takes that of a child of child_process, in this thread or a worker. An addon takes that of its own child. A keeper takes those of a job, and reports them.",
  rows: [
    [['dead', LEFT, ALL, 'A child is dead: who started it?', 'question']],
    [
      ['spawn', LEFT, 138, "sexton's spawn"],
      ['nobody', 151, 138, 'nobody here: an adopted orphan'],
      ['gone', 300, 138, 'an owner that has gone'],
    ],
    [['reaper', LEFT, ALL, 'The reaper of sexton takes the status', 'end']],
    [
      ['libuv', LEFT, 138, 'child_process, here or in a worker'],
      ['addon', 151, 138, 'another addon, as node-pty'],
      ['keeper', 300, 138, 'the keeper of a job'],
    ],
    [
      ['event', LEFT, 138, "libuv takes it, and emits 'exit'", 'end'],
      ['theirs', 151, 138, 'that addon takes it', 'end'],
      ['report', 300, 138, 'the keeper takes it, and reports it', 'end'],
    ],
  ],
  arrows: [
    ['dead', 'spawn', '', { fromX: 71 }],
    ['dead', 'nobody'],
    ['dead', 'gone', '', { fromX: 369 }],
    ['spawn', 'reaper', '', { toX: 71 }],
    ['nobody', 'reaper'],
    ['gone', 'reaper', '', { toX: 369 }],
    ['libuv', 'event'],
    ['addon', 'theirs'],
    ['keeper', 'report'],
  ],
}

const KEEPER = {
  title: 'The keeper between Node and a command',
  description:
    'Node starts a keeper by spawn, as a child like any other, and gives it a plan, a socket and a pidfd of itself. The keeper starts the command, adopts its orphans, takes all their wait statuses, and has the clock of timeout and grace. It reports to Node by the socket. If Node is gone, the socket or the pidfd says so, and the keeper ends everything.',
  rows: [
    [['node', LEFT, ALL, 'Node: runJob()', 'end']],
    [
      [
        'keeper',
        LEFT,
        ALL,
        'The keeper: it has the clock, adopts orphans, and takes every wait status',
        'end',
      ],
    ],
    [['command', LEFT, 210, 'The command']],
    [['descendants', LEFT, 290, 'What the command starts']],
    [['ended', LEFT, ALL, 'The keeper ends everything, and leaves', 'question']],
  ],
  arrows: [
    ['node', 'keeper', 'plan, signals', { fromX: 40, toX: 40 }],
    ['keeper', 'node', 'exits, survivors', { fromX: 240, toX: 240 }],
    ['keeper', 'command', 'starts it, as parent', { fromX: 40, toX: 40 }],
    ['command', 'descendants', '', { fromX: 40, toX: 40 }],
    ['descendants', 'keeper', 'orphans', { fromX: 225 }],
    ['keeper', 'ended', 'the command exits, or Node is gone', { fromX: 400, toX: 400 }],
  ],
}

const ORPHAN = {
  title: 'The way of a dead orphan',
  description:
    "An orphan dies, and the kernel sends SIGCHLD. sexton wakes up in a turn of the event loop of its own, after libuv. If neither a Zombies nor sexton/init wants orphans, the dead one stays in the kernel's table. Otherwise sexton looks with WNOWAIT. The reaper takes the status of a child of spawn or of nobody. A child of child_process is left to libuv. One that may belong to another addon is left alone for foreignChildDelay, and reaped then. Every open Zombies yields what was reaped.",
  rows: [
    [['death', 60, 320, 'An orphan dies: the kernel sends SIGCHLD']],
    [['wake', 60, 320, 'Wake up in a turn of its own, after libuv']],
    [['wanted', 60, 320, 'Does a Zombies or sexton/init want it?', 'question']],
    [
      ['peek', LEFT, 226, 'Look with WNOWAIT: one system call'],
      ['table', 248, 190, "It stays in the kernel's table", 'end'],
    ],
    [['owner', LEFT, ALL, 'Who owns it?', 'question']],
    [
      ['leave', 152, 130, 'Leave it to libuv', 'end'],
      ['suspect', 290, 148, 'Leave it alone for foreignChildDelay'],
    ],
    [['reap', LEFT, 400, 'The reaper takes the status', 'end']],
    [['tell', LEFT, 400, 'Every open Zombies yields it', 'end']],
  ],
  arrows: [
    ['death', 'wake'],
    ['wake', 'wanted'],
    ['wanted', 'peek', 'yes', { toX: 115, fromX: 115 }],
    ['wanted', 'table', 'no', { toX: 343, fromX: 343 }],
    ['peek', 'owner', '', { toX: 115 }],
    ['owner', 'leave', 'child_process', { fromX: 170, toX: 170 }],
    ['owner', 'suspect', 'another addon?', { fromX: 312, toX: 312 }],
    ['owner', 'reap', 'spawn, or nobody', { fromX: 20, toX: 20 }],
    ['suspect', 'reap', '', { fromX: 369, toX: 369 }],
    ['reap', 'tell'],
  ],
}

/** The rooms. A test compares their arrows with the imports that it allows. */
export const ROOMS = {
  title: 'The rooms of lib/, and what each imports',
  description:
    'cli imports waiting, metrics, shim and init. metrics imports job. shim imports keeper and signals. job imports keeper. keeper imports spawn. waiting and spawn import reaping. init imports reaping and signals. reaping imports exit. exit and signals import system. system imports base.',
  rows: [
    [['cli', LEFT, ALL, 'cli: the programs', 'end']],
    [['metrics', 114, 100, 'metrics']],
    [
      ['job', 114, 100, 'job'],
      ['shim', 226, 100, 'shim'],
    ],
    [['keeper', 114, 100, 'keeper']],
    [
      ['waiting', LEFT, 100, 'waiting'],
      ['spawn', 114, 100, 'spawn'],
      ['init', 338, 100, 'init'],
    ],
    [['reaping', LEFT, 212, 'reaping: the reaper']],
    [
      ['exit', LEFT, 212, 'exit'],
      ['signals', 226, 212, 'signals'],
    ],
    [['system', LEFT, ALL, 'system: the addon, /proc, names of signals']],
    [['base', LEFT, ALL, 'base: errors, time, queues']],
  ],
  arrows: [
    ['cli', 'waiting', '', { fromX: 52, toX: 52 }],
    ['cli', 'metrics', '', { fromX: 164 }],
    ['metrics', 'job'],
    ['cli', 'shim', '', { fromX: 276 }],
    ['cli', 'init', '', { fromX: 388, toX: 388 }],
    ['job', 'keeper'],
    ['shim', 'keeper', '', { fromX: 250, toX: 196 }],
    ['shim', 'signals', '', { fromX: 300, toX: 300 }],
    ['keeper', 'spawn'],
    ['waiting', 'reaping', '', { toX: 52 }],
    ['spawn', 'reaping', '', { toX: 164 }],
    ['init', 'reaping', '', { fromX: 360, toX: 200 }],
    ['init', 'signals', '', { fromX: 400, toX: 400 }],
    ['reaping', 'exit'],
    ['exit', 'system', '', { toX: 108 }],
    ['signals', 'system', '', { toX: 332 }],
    ['system', 'base'],
  ],
}

const PID1 = {
  title: 'The way of the arguments of pid1',
  description:
    'bin/pid1 is a script: sh finds the keeper, and shows it the first environment. The keeper blocks every signal, and parses the options. For options that need Node, Node explains or says them in simpler words, and may stay as an observer. Without a keeper, sh notes mask, ignored signals, limits, descriptors and environment; Node starts from its code cache, reads the bytes of its arguments and the notes, parses the options, and listens for every signal. Either spawns the command with the state that was inherited, forwards signals and reaps orphans until the command exits, ends the survivors, and leaves with the exit code.',
  rows: [
    [['bin', LEFT, ALL, 'bin/pid1: sh finds the keeper, and shows it the first environment']],
    [
      ['keeper', LEFT, 212, 'The keeper blocks every signal, and parses the options'],
      ['shell', 226, 212, 'sh notes mask, ignored signals, limits, descriptors, environment'],
    ],
    [
      ['explained', 30, 184, 'Node explains, or says them in simpler words'],
      ['loader', 226, 212, "Node starts, with V8's code cache"],
    ],
    [['launch', 226, 212, 'It reads /proc/self/cmdline and the notes, and parses the options']],
    [['open', 226, 212, 'It listens for every signal']],
    [['start', LEFT, ALL, 'Spawn the command with the state that was inherited', 'end']],
    [['loop', LEFT, ALL, 'Forward signals and reap orphans until the command exits', 'end']],
    [['survivors', LEFT, ALL, 'Survivors get TERM, and KILL after the grace', 'end']],
    [['leave', LEFT, ALL, 'Leave by _exit with the exit code', 'end']],
  ],
  arrows: [
    ['bin', 'keeper', '', { fromX: 108 }],
    ['bin', 'shell', 'without a keeper', { fromX: 300, toX: 300 }],
    ['keeper', 'explained', 'options for Node', { fromX: 60, toX: 60 }],
    ['keeper', 'start', '', { fromX: 14, toX: 14 }],
    ['explained', 'start', '', { fromX: 122, toX: 122 }],
    ['shell', 'loader'],
    ['loader', 'launch'],
    ['launch', 'open'],
    ['open', 'start', '', { toX: 332 }],
    ['start', 'loop'],
    ['loop', 'survivors'],
    ['survivors', 'leave'],
  ],
}

const SHIM = {
  title: 'One server for the shims of many containers',
  description:
    'podman starts the front, by the name of conmon. The front hands arguments, environment and descriptors to the server, which runs in Node. The server talks to a keeper for each container, and each keeper is the parent of its container.',
  rows: [
    [['manager', 120, 200, 'podman']],
    [['front', 120, 200, 'conmon: the front']],
    [['server', 60, 320, 'sexton-shim: the server, in Node', 'end']],
    [
      ['one', LEFT, 210, 'keeper of a container', 'end'],
      ['two', 228, 210, 'keeper of another one', 'end'],
    ],
    [
      ['first', LEFT, 210, 'the container'],
      ['second', 228, 210, 'the container'],
    ],
  ],
  arrows: [
    ['manager', 'front'],
    ['front', 'server', 'arguments, descriptors'],
    ['server', 'one', '', { fromX: 107 }],
    ['server', 'two', '', { fromX: 333 }],
    ['one', 'first'],
    ['two', 'second'],
  ],
}

const SPAWN = {
  title: 'The way of a spawn',
  participants: ['caller', 'spawn', 'native', 'child', 'reaper'],
  steps: [
    ['caller', 'spawn', 'spawn(file, args, options)'],
    ['spawn', 'spawn', 'check options, encode strings, open pipes'],
    ['spawn', 'native', 'one call, with arrays only'],
    ['native', 'native', 'block all signals'],
    ['native', 'child', 'clone with CLONE_VM and CLONE_PIDFD, and a room for the birth'],
    ['native', 'spawn', 'pid, pidfd and the number of the birth'],
    ['spawn', 'reaper', 'this child is ours'],
    ['spawn', 'caller', 'Child'],
    [
      'child',
      'child',
      'on the memory of the parent, with system calls only: reset signals, join the group, place descriptors',
    ],
    ['child', 'child', 'exec, or write the failed step and exit'],
    ['child', 'native', 'the kernel clears a word: the child has left the memory'],
  ],
}

const EXIT = {
  title: 'The way of an exit',
  participants: ['kernel', 'exit', 'reaper', 'caller'],
  steps: [
    ['kernel', 'exit', 'pidfds become readable in the one epoll set'],
    ['exit', 'kernel', 'drain a batch, waitid for each owned child, if the reaper allows it'],
    ['kernel', 'exit', 'wait statuses'],
    ['exit', 'reaper', 'one call: note these statuses'],
    ['reaper', 'reaper', 'forget all pids of the batch'],
    ['reaper', 'caller', 'child.exited resolves'],
    ['exit', 'kernel', 'close the pidfds'],
  ],
}

const SIGNAL = {
  title: 'The way of a signal',
  participants: ['sender', 'handler', 'pipe', 'signals', 'caller'],
  steps: [
    ['sender', 'handler', 'a signal, with siginfo'],
    ['handler', 'pipe', 'write a record of fixed size'],
    ['handler', 'handler', "call the handler that was there before, as libuv's"],
    ['pipe', 'signals', 'the event loop reads a batch of records'],
    ['signals', 'caller', 'each Signals of that signal yields it, with its origin'],
  ],
}

/** The diagrams, each as a function of a theme, by the names of their files. */
export const DIAGRAMS = {
  owners: (theme) => drawFlow(OWNERS, theme),
  keeper: (theme) => drawFlow(KEEPER, theme),
  endings: drawEndings,
  rooms: (theme) => drawFlow(ROOMS, theme),
  'journey-spawn': (theme) => drawSequence(SPAWN, theme),
  'journey-exit': (theme) => drawSequence(EXIT, theme),
  'journey-orphan': (theme) => drawFlow(ORPHAN, theme),
  'journey-signal': (theme) => drawSequence(SIGNAL, theme),
  'journey-pid1': (theme) => drawFlow(PID1, theme),
  'shim-server': (theme) => drawFlow(SHIM, theme),
}
