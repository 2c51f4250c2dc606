import type { Topic } from './behaviour.js'
import { endings } from './endings.js'
import { eventLoop } from './event-loop.js'
import { failures } from './failures.js'
import { input } from './input.js'
import { limits } from './limits.js'
import { output } from './output.js'
import { pipelines } from './pipelines.js'
import { streaming } from './streaming.js'

export const topics: readonly Topic[] = [
  ...[output, limits, input, endings],
  ...[failures, streaming, pipelines, eventLoop],
]

export const behaviours = topics.flatMap((topic) => topic.behaviours)
