import type { Settings } from './settings.js'

const FIRST = 3 // the first descriptor after the standard streams

/**
 * The descriptors from 3 on that the runtime gets from the manager, for the container: those of `--preserve-fds` and
 * of socket activation (sd_listen_fds(3)).
 */
export function inheritedDescriptors({
  'runtime-opt': options,
  surroundings,
}: Settings): (number | 'ignore')[] {
  const at = options.indexOf('--preserve-fds')
  const preserved = Number(options[at + 1])
  const counts = [at >= 0 ? preserved : 0, Number(surroundings.env.LISTEN_FDS ?? 0)]
  const count = Math.max(0, ...counts.filter(Number.isSafeInteger))
  return Array.from({ length: count }, (_, i) => surroundings.descriptor(FIRST + i) ?? 'ignore')
}

/** Whether the pid in LISTEN_PID has to become that of the runtime (sd_listen_fds(3)). */
export function passesListenersOn({ 'replace-listen-pid': isAsked, surroundings }: Settings) {
  return isAsked || surroundings.env.LISTEN_PID === `${surroundings.pid}`
}
