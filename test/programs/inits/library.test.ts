import { compare } from './comparison.js'
import { compatible, library, peers } from './subject.js'

compare(library)
for (const peer of peers) compare(compatible(peer, library))
