import { compare } from './comparison.js'
import { compatible, peers } from './subject.js'

for (const peer of peers) compare(compatible(peer))
