import type { Topic } from './case.js'
import { exitCodes } from './exit-codes.js'

export const topics: readonly Topic[] = [exitCodes]
