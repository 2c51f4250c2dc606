import { compare } from './comparison.js'
import { compatible, peers, pid1 } from './subject.js'

for (const peer of peers) compare(compatible(peer, pid1))
