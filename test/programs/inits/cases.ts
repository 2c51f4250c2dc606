import type { Topic } from './case.js'
import { environment } from './environment.js'
import { exitCodes } from './exit-codes.js'
import { signals } from './signals.js'
import { terminal } from './terminal.js'

export const topics: readonly Topic[] = [exitCodes, signals, terminal, environment]
