import { compare } from './comparison.js'
import { pid1 } from './subject.js'

compare(pid1)
