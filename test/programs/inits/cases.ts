import type { Topic } from './case.js'
import { endings } from './endings.js'
import { environment } from './environment.js'
import { exitCodes } from './exit-codes.js'
import { orphans } from './orphans.js'
import { parsing } from './parsing.js'
import { signals } from './signals.js'
import { terminal } from './terminal.js'

export const topics: readonly Topic[] = [
  ...[exitCodes, signals, terminal, environment],
  ...[orphans, endings, parsing],
]
