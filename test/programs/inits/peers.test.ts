import { compare } from './comparison.js'
import { peers, theirs } from './subject.js'

for (const peer of peers) compare(theirs(peer))
