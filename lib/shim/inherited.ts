import { binding } from '../system/binding.js'
import type { Settings } from './settings.js'

const FIRST = 3 // the first descriptor after the standard streams

/**
 * The descriptors from 3 on that the runtime gets from this process, for the container: those of `--preserve-fds` and
 * of socket activation (sd_listen_fds(3)).
 */
export function inheritedDescriptors(settings: Settings): ('inherit' | 'ignore')[] {
  const options = settings['runtime-opt']
  const at = options.indexOf('--preserve-fds')
  const preserved = Number(options[at + 1])
  const counts = [at >= 0 ? preserved : 0, Number(process.env.LISTEN_FDS ?? 0)]
  const count = Math.max(0, ...counts.filter(Number.isSafeInteger))
  const fds = Array.from({ length: count }, (_, i) => FIRST + i)
  return fds.map((fd) => (binding.isOpen(fd) ? 'inherit' : 'ignore'))
}
