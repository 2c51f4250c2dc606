import type { AnyTarget } from './target.js'
import { keeperReports, keeperRequests, keeperSettings } from './targets/keeper.js'
import { launchBack, launchBytes } from './targets/launch.js'
import { native } from './targets/native.js'
import { pid1Arguments } from './targets/pid1-arguments.js'
import { pid1Values, pid1ValuesBack } from './targets/pid1-values.js'
import { procFiles, procStat, procText } from './targets/proc.js'
import { runArguments } from './targets/run-arguments.js'
import { signals } from './targets/signals.js'
import { spawnOptions } from './targets/spawn-options.js'
import { treeArguments } from './targets/tree-arguments.js'

/** Everything that is fuzzed. */
export const TARGETS: readonly AnyTarget[] = [
  ...[
    pid1Arguments,
    pid1Values,
    pid1ValuesBack,
    treeArguments,
    runArguments,
    signals,
    spawnOptions,
  ],
  ...[procStat, procText, procFiles, launchBytes, launchBack, native],
  ...[keeperRequests, keeperSettings, keeperReports],
]
