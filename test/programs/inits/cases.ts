import type { Topic } from './case.js'
import { exitCodes } from './exit-codes.js'
import { signals } from './signals.js'

export const topics: readonly Topic[] = [exitCodes, signals]
